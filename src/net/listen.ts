import type net from "node:net";
import { once } from "node:events";
import { formatEndpoint, isWildcard, type Endpoint } from "./endpoint.ts";

export interface ListenTarget {
  /** `undefined`: all interfaces, IPv6 too where the machine has it. */
  readonly host: string | undefined;
  /** Not there on every machine; then the start goes on without it. */
  readonly optional: boolean;
}

/**
 * Addresses to open for an endpoint: `localhost` is both loopback addresses, because clients resolve it to either; a
 * wildcard, or any endpoint with `allInterfaces`, is every interface.
 */
export function listenTargets(host: string, allInterfaces: boolean): readonly ListenTarget[] {
  if (allInterfaces || isWildcard(host)) return [{ host: undefined, optional: false }];
  if (host !== "localhost") return [{ host, optional: false }];
  return [
    { host: "127.0.0.1", optional: false },
    { host: "::1", optional: true },
  ];
}

/** Opens one address. Rejects with upstream's words: `listen tcp 127.0.0.1:4317: bind: address already in use`. */
export async function listen(server: net.Server, options: net.ListenOptions): Promise<void> {
  server.listen(options);
  try {
    await once(server, "listening");
  } catch (error) {
    const endpoint = formatEndpoint(options.host ?? "", options.port ?? 0);
    throw new Error(`listen tcp ${endpoint}: ${describeFailure(error)}`, { cause: error });
  }
}

/** Whether an address does not exist on this machine, as `::1` without IPv6. */
export function isAddressMissing(error: unknown): boolean {
  const code = codeOf(error instanceof Error ? error.cause : undefined);
  return code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT";
}

/** Whether another socket has the port: for an error of `listen`, or of Node itself. */
export function isAddressInUse(error: unknown): boolean {
  return (codeOf(error) ?? codeOf(error instanceof Error ? error.cause : undefined)) === "EADDRINUSE";
}

function describeFailure(error: unknown): string {
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return "bind: address already in use";
    case "EACCES":
      return "bind: permission denied";
    case "EADDRNOTAVAIL":
      return "bind: cannot assign requested address";
    case "ENOTFOUND":
      return "lookup failed: no such host";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** Where a server listens now. */
export function boundEndpoint(server: net.Server): Endpoint {
  const address = server.address();
  if (address === null || typeof address === "string") return { host: address ?? "", port: 0 };
  return { host: address.address, port: address.port };
}
