import { ConsumeError } from "../../component/consume-error.ts";
import { connectionTrouble } from "../../net/client/connection-trouble.ts";
import { errorTrail } from "../../net/client/system-error-text.ts";
import type { Target } from "./target.ts";

interface Trouble {
  /** Found in codes and texts of the error. */
  readonly sign: RegExp;
  readonly what: string;
  readonly remedy: (key: string) => string;
}

/** Other troubles are those of TLS, which every client has. */
const troubles: readonly Trouble[] = [
  { sign: /ECONNREFUSED/, what: "connection refused", remedy: (key) => `start the proxy or correct ${key}` },
  { sign: /ENOTFOUND|EAI_AGAIN|EAI_NODATA/, what: "host name not found", remedy: (key) => `correct ${key} or DNS` },
  {
    sign: /UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT/,
    what: "connection attempt timed out",
    remedy: (key) => `check ${key}, routes and firewalls`,
  },
  { sign: /EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/, what: "no route to host", remedy: (key) => `correct ${key}` },
  {
    sign: /HPE_|Parse Error|does not match the HTTP/,
    what: "the answer is not HTTP",
    remedy: (key) => `check that ${key} names a port of a Wavefront proxy`,
  },
  {
    sign: /ECONNRESET|EPIPE|UND_ERR_SOCKET|other side closed|socket hang up/,
    what: "connection closed by the peer",
    remedy: (key) => `check that ${key} names a port of a Wavefront proxy that speaks HTTP`,
  },
];

/** The failure of a request without an answer, to be tried again. `key` is the setting to look at, with the exporter's id. */
export function proxyTrouble(error: unknown, { url, name }: Target, key: string): ConsumeError {
  if (error instanceof ConsumeError) return error;
  const trail = errorTrail(error);
  const trouble = troubles.find(({ sign }) => sign.test(trail));
  const isTls = url.protocol === "https:";
  const message =
    trouble === undefined
      ? connectionTrouble({ address: name, protocol: "HTTP", isTls }, trail)
      : `Cannot reach ${name}: ${trouble.what}; ${trouble.remedy(key)}`;
  return new ConsumeError("retryable", message, { cause: error });
}
