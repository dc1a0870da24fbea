import type { Signal } from "../../pdata/signal.ts";

/** The keys of the configuration that name URLs. */
export interface EndpointConfig {
  readonly endpoint: string;
  readonly tracesEndpoint: string;
  readonly metricsEndpoint: string;
  readonly logsEndpoint: string;
}

/** Where the requests of a signal go. Throws, in upstream's words, when neither key says so. */
export function signalUrl(config: EndpointConfig, signal: Signal): URL {
  const own = config[`${signal}Endpoint`];
  if (own !== "") return new URL(own);
  if (config.endpoint === "") throw new Error(`either endpoint or ${signal}_endpoint must be specified`);
  const slash = config.endpoint.endsWith("/") ? "" : "/";
  return new URL(`${config.endpoint}${slash}v1/${signal}`);
}

/** `undefined` if the text is no URL with a host and one of the schemes, such as `http:`. */
export function parseUrl(text: string, schemes: readonly string[]): URL | undefined {
  const url = URL.parse(text);
  return url !== null && schemes.includes(url.protocol) && url.hostname !== "" ? url : undefined;
}

/** The URL as it may be printed: without a password that stands in it. */
export function printableUrl(url: URL): string {
  const copy = new URL(url);
  copy.username = "";
  copy.password = "";
  return copy.href;
}

/** `Basic …` of a URL such as `https://user:password@host`, as Go's client sends it; `undefined` without. */
export function basicCredentials({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const text = `${decoded(username)}:${decoded(password)}`;
  return `Basic ${Buffer.from(text, "utf8").toString("base64")}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that was meant as one.
    return text;
  }
}
