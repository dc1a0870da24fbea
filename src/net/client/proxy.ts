import net from "node:net";
import { isLoopback } from "./grpc-target.ts";

/** Variables of the process, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for requests to `url`; `undefined` is none. What is configured counts always; otherwise the environment
 * decides as in Go: HTTP_PROXY, HTTPS_PROXY and NO_PROXY in either case of letters, and never for this machine itself.
 */
export function selectProxy(url: URL, configured: string, env: Environment): string | undefined {
  if (configured !== "") return withScheme(configured);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (isLoopback(host)) return undefined;
  const name = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const proxy = env[name] || env[name.toLowerCase()] || "";
  if (proxy === "" || isExempt(host, url.port, env["NO_PROXY"] || env["no_proxy"] || "")) return undefined;
  return withScheme(proxy);
}

function withScheme(proxy: string): string {
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function isExempt(host: string, port: string, noProxy: string): boolean {
  return noProxy
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== "" && matches(entry, host.toLowerCase(), port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return isInSubnet(entry, host);
  // The colons of an IPv6 address are no port.
  const [, name = entry, wantedPort] = (net.isIPv6(entry) ? undefined : /^(.*?)(?::(\d+))?$/.exec(entry)) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  if (net.isIP(host) !== 0) return host === name;
  if (name.startsWith("*.") || name.startsWith(".")) return host.endsWith(name.replace(/^\*/, ""));
  return host === name || host.endsWith(`.${name}`);
}

function isInSubnet(entry: string, host: string): boolean {
  const [address = "", bits = ""] = entry.split("/");
  const family = net.isIP(host);
  if (family === 0 || net.isIP(address) !== family || !/^\d{1,3}$/.test(bits)) return false;
  const type = family === 6 ? "ipv6" : "ipv4";
  const subnet = new net.BlockList();
  if (Number(bits) > (family === 6 ? 128 : 32)) return false;
  subnet.addSubnet(address, Number(bits), type);
  return subnet.check(host, type);
}
