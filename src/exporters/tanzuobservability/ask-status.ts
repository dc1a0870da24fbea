import type { Socket } from "node:net";
import type { createHttpConnector } from "../../net/client/http-connector.ts";

/** A status line is shorter. */
const maxHeadBytes = 1024;

export interface AskOptions {
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly connect: ReturnType<typeof createHttpConnector>;
  readonly signal: AbortSignal;
}

/**
 * The status of a `GET` without a body, over a connection that is closed afterwards. Written by hand, so that a process that
 * has nothing to send does not load a client. Rejects with the error of the connection, or with the reason of `signal`.
 */
export async function askStatus({ url, headers, connect, signal }: AskOptions): Promise<number> {
  signal.throwIfAborted();
  const socket = await new Promise<Socket>((resolve, reject) => {
    const { protocol, port } = url;
    // IPv6 addresses stand in brackets in URLs only.
    const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
    connect({ hostname, protocol, port }, (error, made) => (made === null ? reject(error) : resolve(made)));
  });
  const onAbort = (): void => void socket.destroy(signal.reason as Error);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const all = [["host", url.host], ["connection", "close"], ...headers];
    const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines}\r\n`, "latin1");
    return await statusOf(socket);
  } finally {
    signal.removeEventListener("abort", onAbort);
    socket.destroy();
  }
}

async function statusOf(socket: Socket): Promise<number> {
  let head = "";
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    head += chunk.toString("latin1");
    if (head.includes("\n") || head.length > maxHeadBytes) break;
  }
  if (head === "") throw Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
  const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(head)?.[1];
  if (status === undefined) throw new Error("Parse Error: the answer does not match the HTTP/1.1 protocol");
  return Number(status);
}
