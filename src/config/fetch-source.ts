import type { IncomingMessage } from "node:http";

/** Time for everything: name, connection, redirects and body. */
const timeoutMs = 10_000;
/** As Go's client. */
const maxRedirects = 10;

/** Without the name and password that a URL may hold. */
function maskUrl(url: string): string {
  return url.replace(/^(https?:\/\/)[^/?#]*@/i, "$1");
}

/** Gets a configuration over HTTP (reference §2.1). Throws with upstream's words; never with a password. */
export async function fetchSource(url: string, maxBytes: number): Promise<Buffer> {
  const signal = AbortSignal.timeout(timeoutMs);
  let next = parseUrl(url);
  try {
    for (let redirects = 0; ; redirects++) {
      const response = await get(next, signal);
      const { statusCode = 0, headers } = response;
      if (statusCode === 200) return await readBody(url, response, maxBytes);
      response.destroy();
      const location = headers.location;
      if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) {
        throw new Error(`failed to load resource from uri "${maskUrl(url)}". status code: ${statusCode}`);
      }
      if (redirects === maxRedirects) throw fetchError(url, `more than ${maxRedirects} redirects`);
      const target = new URL(location, next);
      if (next.protocol === "https:" && target.protocol !== "https:") {
        throw fetchError(url, "it redirects from https to plain text");
      }
      next = target;
    }
  } catch (error) {
    if (signal.aborted) throw fetchError(url, `no answer within ${timeoutMs / 1000} s`, error);
    if (!(error instanceof Error) || !("code" in error)) throw error;
    throw fetchError(url, error.message || String(error.code), error);
  }
}

function parseUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.hostname === "") throw fetchError(url, "it is no valid URL");
  return parsed;
}

function fetchError(url: string, reason: string, cause?: unknown): Error {
  return new Error(`unable to download the file via HTTP GET for uri "${maskUrl(url)}": ${reason}`, { cause });
}

async function get(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const options = { signal, agent: false, headers: { "accept": "*/*", "user-agent": "otelcol" } } as const;
  if (url.protocol === "http:") {
    const http = await import("node:http");
    return new Promise((resolve, reject) => http.get(url, options, resolve).on("error", reject));
  }
  if (url.protocol !== "https:") throw fetchError(url.href, `it redirects to ${url.protocol}`);
  const [https, tls] = await Promise.all([import("node:https"), import("node:tls")]);
  // The authorities of the system as well as those of Node.js: a company's own are only in the former.
  const ca = [...new Set([...tls.getCACertificates("default"), ...tls.getCACertificates("system")])];
  return new Promise((resolve, reject) => https.get(url, { ...options, ca }, resolve).on("error", reject));
}

async function readBody(url: string, response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw fetchError(url, `the answer is larger than the limit of ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
