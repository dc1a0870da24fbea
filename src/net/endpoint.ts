/** Where to listen: `host:port`. An empty host means all interfaces. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `localhost:4317`, `:4317`, `0.0.0.0:4317` or `[::1]:4317`. Throws an `Error` whose message says what is wrong with
 * the text and what to write.
 */
export function parseEndpoint(text: string): Endpoint {
  if (text.includes("://")) {
    throw new Error(`Cannot read endpoint ${JSON.stringify(text)}: it has a scheme, write only host:port`);
  }
  const bracketed = /^\[([^\]]*)\]:(.*)$/.exec(text);
  const colon = text.lastIndexOf(":");
  const host = bracketed?.[1] ?? text.slice(0, Math.max(colon, 0));
  const port = bracketed?.[2] ?? text.slice(colon + 1);
  if (bracketed === null && host.includes(":")) {
    throw new Error(
      `Cannot read endpoint ${JSON.stringify(text)}: too many colons in address, an IPv6 address stands in brackets: [::1]:4317`,
    );
  }
  if (colon < 0 || port === "") {
    throw new Error(`Cannot read endpoint ${JSON.stringify(text)}: missing port in address, write host:port`);
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new Error(`Cannot read endpoint ${JSON.stringify(text)}: port ${port} is not a number from 0 to 65535`);
  }
  return { host, port: Number(port) };
}

/** The endpoint as users write it. */
export function formatEndpoint(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether the host means every interface of the machine. */
export function isWildcard(host: string): boolean {
  return host === "" || host === "0.0.0.0" || host === "::";
}
