import type { Clock } from "../component/clock.ts";
import type { RequestContext } from "../component/consumer.ts";
import type {
  CorrectedRequest,
  MistakeReport,
  RejectedRequest,
  SenderObserver,
  SenderReport,
  SendersReport,
} from "../component/senders.ts";
import type { Batch } from "../pdata/batch.ts";
import { KeyValueView, ResourceView, textOf } from "../pdata/views/index.ts";
import { firstResource } from "../pdata/first-resource.ts";

/** Rows of each kind; the one that was silent longest makes way. */
export const maxRows = 256;
/** Bytes of a resource that tell it from others. */
const maxKeyBytes = 1024;
const maxTextLength = 200;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type SenderRow = Mutable<Omit<SenderReport, "protocols" | "items">> & {
  readonly protocols: Set<string>;
  readonly items: Record<string, number>;
};

/**
 * Who sends, for `/debug/senders`. A batch goes by the first resource in it and costs one look into a map; texts are read
 * when a row is new.
 */
export class SenderTable implements SenderObserver {
  readonly #clock: Clock;
  /** Longest silent first. */
  readonly #senders = new Map<string, SenderRow>();
  readonly #mistakes = new Map<string, Mutable<MistakeReport>>();
  #forgotten = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  report(): SendersReport {
    return {
      senders: Array.from(this.#senders.values(), (row) => ({ ...row, protocols: [...row.protocols] })).toReversed(),
      mistakes: Array.from(this.#mistakes.values(), (row) => ({ ...row })).toReversed(),
      forgotten: this.#forgotten,
    };
  }

  batch(batch: Batch, { peer, transport }: RequestContext, refusal: string | undefined): void {
    const range = firstResource(batch.bytes);
    const text = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.length);
    const key = `${hostOf(peer)} ${text.toString("latin1", range.start, Math.min(range.end, range.start + maxKeyBytes))}`;
    const row = this.#touch(this.#senders, key) ?? this.#add(this.#senders, key, this.#newSender(batch, range));
    row.peer = peer;
    row.lastSeenUnixMs = this.#clock.now();
    row.requests++;
    if (transport !== undefined) row.protocols.add(transport);
    if (refusal === undefined) row.items[batch.signal] = (row.items[batch.signal] ?? 0) + batch.itemCount;
    else {
      row.refusedItems += batch.itemCount;
      row.lastRefusal = clipped(refusal);
    }
  }

  rejected({ peer, path, reason, error, remedy }: RejectedRequest): void {
    this.#mistake({ peer, outcome: "rejected", reason, path, error, remedy });
  }

  corrected({ peer, path, kind, remedy }: CorrectedRequest): void {
    this.#mistake({ peer, outcome: "corrected", reason: kind, path, error: "", remedy });
  }

  #mistake(mistake: Omit<MistakeReport, "count" | "lastSeenUnixMs">): void {
    const { peer, outcome, reason } = mistake;
    const key = `${hostOf(peer)} ${outcome} ${reason}`;
    const count = (this.#touch(this.#mistakes, key)?.count ?? 0) + 1;
    const { path, error, remedy } = mistake;
    const texts = { path: clipped(path), error: clipped(error), remedy: clipped(remedy) };
    this.#add(this.#mistakes, key, { ...mistake, ...texts, count, lastSeenUnixMs: this.#clock.now() });
  }

  /** A row that is there moves to the end: the latest. */
  #touch<R>(rows: Map<string, R>, key: string): R | undefined {
    const row = rows.get(key);
    if (row === undefined) return undefined;
    rows.delete(key);
    rows.set(key, row);
    return row;
  }

  #add<R>(rows: Map<string, R>, key: string, row: R): R {
    const [oldest] = rows.keys();
    if (rows.size >= maxRows && !rows.has(key) && oldest !== undefined) {
      rows.delete(oldest);
      this.#forgotten++;
    }
    rows.set(key, row);
    return row;
  }

  #newSender(batch: Batch, range: { readonly start: number; readonly end: number }): SenderRow {
    const texts = attributesOf(batch, range);
    const sdk = ["telemetry.sdk.language", "telemetry.sdk.name", "telemetry.sdk.version"];
    const now = this.#clock.now();
    return {
      peer: "",
      serviceName: texts.get("service.name") ?? "",
      instance: texts.get("service.instance.id") ?? texts.get("host.name") ?? "",
      sdk: sdk.flatMap((key) => texts.get(key) ?? []).join(" "),
      protocols: new Set(),
      items: {},
      requests: 0,
      refusedItems: 0,
      lastRefusal: undefined,
      firstSeenUnixMs: now,
      lastSeenUnixMs: now,
    };
  }
}

const wanted: ReadonlySet<string> = new Set([
  "service.name",
  "service.instance.id",
  "host.name",
  "telemetry.sdk.language",
  "telemetry.sdk.name",
  "telemetry.sdk.version",
]);

function attributesOf(batch: Batch, { start, end }: { readonly start: number; readonly end: number }) {
  const resource = new ResourceView();
  const attribute = new KeyValueView();
  const texts = new Map<string, string>();
  resource.clear(batch.bytes);
  resource.merge(start, end);
  const { attributes } = resource;
  for (let index = 0; index < attributes.length; index++) {
    attribute.at(batch.bytes, attributes.start(index), attributes.end(index));
    const key = textOf(batch.bytes, attribute.keyStart, attribute.keyEnd);
    const { value } = attribute;
    if (!wanted.has(key) || value.type !== "string") continue;
    texts.set(key, clipped(textOf(batch.bytes, value.start, value.end)));
  }
  return texts;
}

/** The host of a peer address, which stays the same over its connections. */
function hostOf(peer: string): string {
  const colon = peer.lastIndexOf(":");
  return colon < 0 ? peer : peer.slice(0, colon);
}

/** What senders wrote may be long. */
function clipped(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength)}...`;
}
