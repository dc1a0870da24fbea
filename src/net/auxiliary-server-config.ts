import * as v from "valibot";
import { boolean, count, duration, field, headers, list, optionalField, string } from "../component/fields.ts";
import type { Secret } from "../component/secret.ts";
import { parseEndpoint } from "./endpoint.ts";
import { httpServerAuthField } from "./server-authenticator.ts";
import { tlsServerConfig, unsupported, type TlsServerConfig } from "./tls-server-config.ts";

/**
 * Keys of the small HTTP servers, those of upstream's. `whenEmpty` is what an empty endpoint is told.
 */
export function auxiliaryServerFields(options: { readonly endpoint: string; readonly whenEmpty: string }) {
  const { port } = parseEndpoint(options.endpoint);
  return {
    endpoint: field(endpointText(options.whenEmpty), {
      about: "Where to listen, `host:port`; 0.0.0.0 is all interfaces",
      default: options.endpoint,
      example: `0.0.0.0:${port}`,
    }),
    tls: optionalField(v.nullable(tlsServerConfig), { about: "TLS; plaintext without it" }),
    auth: httpServerAuthField,
    response_headers: field(headers, { about: "Headers that every answer gets", default: {} }),
    read_timeout: field(duration, { about: "No effect: requests have no body to read", default: "0s" }),
    read_header_timeout: field(duration, { about: "How long the head of a request may take", default: "1m" }),
    write_timeout: field(duration, { about: "How long an answer may take", default: "30s" }),
    idle_timeout: field(duration, { about: "How long a connection may stay without a request", default: "1m" }),
    keep_alives_enabled: field(boolean, { about: "No effect: connections serve several requests", default: true }),
    max_request_body_size: field(count, { about: "No effect: bodies are not read", default: 0, unit: "bytes" }),
    compression_algorithms: field(list(v.string()), { about: "No effect: bodies are not read", default: [] }),
    include_metadata: field(boolean, { about: "No effect: nothing goes to a pipeline", default: false }),
    transport: field(string, { about: "No effect: TCP", default: "tcp" }),
    cors: unsupported("Pages of other origins that may ask", "Not supported yet: remove this key"),
    middlewares: unsupported("Extensions that see each request", "Not supported yet: remove this key"),
  };
}

function endpointText(whenEmpty: string) {
  return v.pipe(
    string,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      if (dataset.value === "") {
        addIssue({ message: whenEmpty });
        return;
      }
      try {
        parseEndpoint(dataset.value);
      } catch (error) {
        addIssue({ message: error instanceof Error ? error.message : String(error) });
      }
    }),
  );
}

/** The keys that have an effect, decoded; times in ms. */
export interface AuxiliaryServerConfig {
  readonly endpoint: string;
  readonly tls?: TlsServerConfig | null | undefined;
  readonly auth?: { readonly authenticator?: string | undefined } | null | undefined;
  readonly responseHeaders: ReadonlyMap<string, Secret>;
  readonly readHeaderTimeout: number;
  readonly writeTimeout: number;
  readonly idleTimeout: number;
}
