/** The URL of an endpoint, or what is wrong with it. A port must be written, as upstream wants it. */
export function parseEndpoint(text: string): URL | string {
  const url = URL.parse(text);
  if (url === null || url.hostname === "") return "a URL such as http://localhost:2878 is expected";
  if (url.protocol !== "http:" && url.protocol !== "https:") return "the URL must begin with http:// or https://";
  // `URL` leaves the usual port of a scheme out, also where it is written.
  if (!/^[^:]+:\/\/[^/?#]*:\d+(?:[/?#]|$)/.test(text)) return "valid port required";
  return url;
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
