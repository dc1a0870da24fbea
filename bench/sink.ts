// A Wavefront proxy that counts lines and drops them. sink.ts PORT; GET /stats answers the counts as JSON.
import { createServer } from "node:http";
import { createGunzip } from "node:zlib";

const lines: Record<string, number> = {};
const server = createServer((request, response) => {
  if (request.method === "GET") return void response.end(JSON.stringify(lines));
  const format = new URL(request.url ?? "/", "http://sink").searchParams.get("f") ?? "none";
  const body = request.headers["content-encoding"] === "gzip" ? request.pipe(createGunzip()) : request;
  body.on("data", (chunk: Buffer) => {
    let count = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
    lines[format] = (lines[format] ?? 0) + count;
  });
  body.on("end", () => response.writeHead(202).end());
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.error("Everything is ready."));
process.on("SIGTERM", () => process.exit(0));
