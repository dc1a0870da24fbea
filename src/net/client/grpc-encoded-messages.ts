import { experimental, type Metadata } from "@grpc/grpc-js";

/** The parts of grpc-js that have no public way in. Its version is pinned; the exporter's tests fail if it changes. */
interface OpenChannel {
  readonly internalChannel?: { readonly filterStackFactory?: { readonly factories?: FilterFactory[] } };
}

interface FilterFactory {
  createFilter(): experimental.Filter;
}

/**
 * Has a channel send messages that are compressed already, and name their encoding. grpc-js itself compresses anew for each
 * attempt, with gzip at one level only.
 *
 * Filters see a message in order; this one stands behind that of grpc-js, which puts five bytes in front of a message (is it
 * compressed, its length) and takes ours for plain:
 *
 *     compressed bytes ─► 0 │ length │ bytes ─► 1 │ length │ bytes
 */
export function sendEncoded(channel: object, encoding: "gzip" | "zstd"): void {
  const factories = (channel as OpenChannel).internalChannel?.filterStackFactory?.factories;
  if (!Array.isArray(factories) || factories.length !== 1) {
    throw new TypeError("Cannot send compressed messages: this version of @grpc/grpc-js is not known");
  }
  factories.push({ createFilter: () => new EncodedMessages(encoding) });
}

class EncodedMessages extends experimental.BaseFilter {
  readonly #encoding: string;

  constructor(encoding: string) {
    super();
    this.#encoding = encoding;
  }

  override async sendMetadata(metadata: Promise<Metadata>): Promise<Metadata> {
    const headers = await metadata;
    headers.set("grpc-encoding", this.#encoding);
    return headers;
  }

  override async sendMessage(
    message: Parameters<experimental.BaseFilter["sendMessage"]>[0],
  ): ReturnType<experimental.BaseFilter["sendMessage"]> {
    const framed = await message;
    // Its own copy, made by the filter before.
    framed.message[0] = 1;
    return framed;
  }
}
