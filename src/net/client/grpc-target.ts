import net from "node:net";

/** Where a gRPC client connects to, read from `endpoint`. */
export interface GrpcTarget {
  /** As grpc-js wants it, always with a scheme: a bare `dns:4317` would otherwise be one. */
  readonly uri: string;
  /** As users know it: `127.0.0.1:4317`. */
  readonly address: string;
  /** Without brackets; empty for a Unix socket. */
  readonly host: string;
  readonly port: number;
  /** Written as `https://…`: TLS even where `insecure` says otherwise. */
  readonly isTlsForced: boolean;
}

/**
 * Reads `host:port`, with or without `http://` or `https://`, `dns:///host:port`, `dns://server/host:port`,
 * `passthrough:///host:port` and `unix:///path`. Throws an `Error` in upstream's words where it has some.
 */
export function parseGrpcTarget(endpoint: string): GrpcTarget {
  const unixPath = /^unix:(?:\/\/)?(.*)$/.exec(endpoint)?.[1];
  if (unixPath !== undefined) {
    if (unixPath === "") throw new Error("unix socket path cannot be empty");
    return { uri: `unix:${unixPath}`, address: `unix:${unixPath}`, host: "", port: 0, isTlsForced: false };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(endpoint)?.[1]?.toLowerCase() ?? "";
  const rest = scheme === "" ? endpoint : endpoint.slice(scheme.length + 3);
  switch (scheme) {
    case "":
    case "http":
    case "https":
      return hostTarget(rest, "", scheme === "https");
    case "dns":
    case "passthrough": {
      const slash = rest.indexOf("/");
      const server = scheme === "dns" ? rest.slice(0, Math.max(slash, 0)) : "";
      return hostTarget(rest.slice(slash + 1), server, false);
    }
    default:
      throw new Error(
        `scheme ${JSON.stringify(scheme)} is not supported, write host:port, dns:///host:port or unix:///path`,
      );
  }
}

function hostTarget(hostPort: string, dnsServer: string, isTlsForced: boolean): GrpcTarget {
  const { host, port } = splitHostPort(hostPort);
  // An empty host is this machine, as in Go.
  const name = host === "" ? "localhost" : host;
  const address = name.includes(":") ? `[${name}]:${port}` : `${name}:${port}`;
  return { uri: `dns://${dnsServer}/${address}`, address, host: name, port, isTlsForced };
}

function splitHostPort(text: string): { readonly host: string; readonly port: number } {
  const colon = text.lastIndexOf(":");
  const bracket = text.indexOf("]");
  if (colon < 0 || colon < bracket) throw new Error(`address ${text}: missing port in address`);
  const isBracketed = text.startsWith("[") && bracket === colon - 1;
  const host = isBracketed ? text.slice(1, bracket) : text.slice(0, colon);
  const port = text.slice(colon + 1);
  if (!isBracketed && host.includes(":")) throw new Error(`address ${text}: too many colons in address`);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error(`invalid port "${port}"`);
  return { host, port: Number(port) };
}

/** Whether a connection to this host stays on this machine. */
export function isLoopback(host: string): boolean {
  return (
    host === "" ||
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "::1" ||
    (net.isIPv4(host) && host.startsWith("127."))
  );
}
