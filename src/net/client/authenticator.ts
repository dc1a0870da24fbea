import type { Component } from "../../component/component.ts";
import { optionalField, section, field, string } from "../../component/fields.ts";
import { ConsumeError } from "../../component/consume-error.ts";
import { headerProblem } from "./client-headers.ts";
import type { Host } from "../../component/host.ts";

/** An extension that signs requests of clients; `auth::authenticator` names it. */
export interface ClientAuthenticator {
  /**
   * Headers of the next request, asked before each attempt, so that a token may change while the process runs. A
   * rejection fails the attempt, which is then tried again.
   */
  requestHeaders(): RequestHeaders | Promise<RequestHeaders>;
}

/** Names in lower case, with their values. */
export type RequestHeaders = readonly (readonly [name: string, value: string])[];

/** The key `auth` of a client. */
export const clientAuthField = optionalField(
  section({
    authenticator: field(string, {
      about: "Id of the extension that signs requests",
      default: "",
      refersTo: "extension",
    }),
  }),
  { about: "Authentication of requests" },
);

/** Looks up what the key `auth` names. Throws, in upstream's words, when there is no such extension or it is of another kind. */
export function findAuthenticator(host: Host, id: string, client: "HTTP" | "gRPC"): ClientAuthenticator {
  const extension = host.extension(id);
  if (extension === undefined)
    throw new Error(`failed to resolve authenticator ${JSON.stringify(id)}: authenticator not found`);
  if (!isClientAuthenticator(extension)) {
    throw new Error(`requested extension is not ${client === "HTTP" ? "an HTTP" : "a gRPC"} client authenticator`);
  }
  return extension;
}

function isClientAuthenticator(extension: Component): extension is Component & ClientAuthenticator {
  return "requestHeaders" in extension && typeof extension.requestHeaders === "function";
}

/**
 * The headers of the next request. Rejects with a retryable `ConsumeError` when the authenticator has none, or one that
 * cannot be sent; its value is not told.
 */
export async function signedHeaders(
  authenticator: ClientAuthenticator,
  protocol: "HTTP" | "gRPC",
): Promise<RequestHeaders> {
  let headers: RequestHeaders;
  try {
    headers = await authenticator.requestHeaders();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConsumeError("retryable", `Cannot sign request: ${reason}`, { cause: error });
  }
  for (const [name, value] of headers) {
    const problem = headerProblem(name, value, protocol);
    if (problem !== undefined) throw new ConsumeError("retryable", `Cannot sign request: ${problem}`);
  }
  return headers;
}
