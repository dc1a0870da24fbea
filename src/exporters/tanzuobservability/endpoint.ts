/** The URL of an endpoint, or what is wrong with it. A port must be written, as upstream wants it. */
export function parseEndpoint(text: string): URL | string {
  const url = URL.parse(text);
  if (url === null || url.hostname === "") return "a URL such as http://localhost:2878 is expected";
  if (url.protocol !== "http:" && url.protocol !== "https:") return "the URL must begin with http:// or https://";
  // `URL` leaves the usual port of a scheme out, also where it is written.
  if (!/^[^:]+:\/\/[^/?#]*:\d+(?:[/?#]|$)/.test(text)) return "valid port required";
  return url;
}

/**
 * The URL of a Wavefront instance, or what is wrong with it. The path of its API or of `/report` is taken off. A token goes
 * over TLS only, but for this machine.
 */
export function parseInstance(text: string): URL | string {
  const url = URL.parse(text);
  if (url === null || url.hostname === "") return "a URL such as https://example.wavefront.com is expected";
  const isLocal = url.protocol === "http:" && isLoopback(url.hostname);
  if (url.protocol !== "https:" && !isLocal)
    return "the URL must begin with https://, or everybody could read the token";
  url.pathname = url.pathname.replace(/\/+$/, "").replace(/\/(?:report|api|api\/v2)$/, "");
  return url;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname);
}

/** `http://localhost:30001/report?f=trace`; a path in the endpoint stays in front. */
export function reportUrl(endpoint: URL, format: string): URL {
  const url = new URL(endpoint);
  url.pathname = `${endpoint.pathname.replace(/\/+$/, "")}/report`;
  url.search = `?f=${format}`;
  url.hash = "";
  return url;
}

/** For messages: without credentials. */
export function printableEndpoint({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}
