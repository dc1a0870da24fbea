import { createServer, type IncomingMessage, type Server } from "node:http";

/** A whole body and its path with the query; the answer goes out when the promise resolves. */
export type OnBody = (url: URL, body: Buffer, isGzip: boolean) => Promise<number>;

/** Answers every POST with the status that `onBody` resolves to. */
export function httpSink(onBody: OnBody): Server {
  return createServer((request: IncomingMessage, response) => {
    const parts: Buffer[] = [];
    request.on("data", (chunk: Buffer) => parts.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://sink");
      const isGzip = request.headers["content-encoding"] === "gzip";
      void onBody(url, Buffer.concat(parts), isGzip).then((status) => response.writeHead(status).end());
    });
    request.on("error", () => response.destroy());
  });
}
