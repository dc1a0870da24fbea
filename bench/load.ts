// Closed-loop load in a process of its own: load.ts PORT ITEMS_PER_REQUEST TOTAL_ITEMS [CONCURRENCY]. Sends pre-encoded
// gRPC requests over node:http2 and prints one JSON line: accepted and refused items, seconds.
import http2 from "node:http2";
import { traceRequests } from "./requests.ts";

const [port = "4317", perRequest = "512", total = "100000", concurrency = "16"] = process.argv.slice(2);
const itemsPerRequest = Number(perRequest);
const bodies = traceRequests(64, itemsPerRequest).map((request) => {
  const frame = Buffer.allocUnsafe(request.length + 5);
  frame[0] = 0;
  frame.writeUInt32BE(request.length, 1);
  request.copy(frame, 5);
  return frame;
});
const session = http2.connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 1 << 24 } });
const headers = {
  ":method": "POST",
  ":path": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  "content-type": "application/grpc",
  "te": "trailers",
};

function send(body: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers);
    let status: unknown;
    stream.on("response", (answer) => (status = answer["grpc-status"]));
    stream.on("trailers", (trailers) => (status = trailers["grpc-status"]));
    stream.on("error", reject);
    stream.on("end", () => resolve(status === "0"));
    stream.resume();
    stream.end(body);
  });
}

const requests = Math.ceil(Number(total) / itemsPerRequest);
let next = 0;
let accepted = 0;
let refused = 0;
async function worker(): Promise<void> {
  while (next < requests) {
    const body = bodies[next++ % bodies.length];
    if (body === undefined) return;
    if (await send(body)) accepted += itemsPerRequest;
    else {
      refused += itemsPerRequest;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const began = performance.now();
await Promise.all(Array.from({ length: Number(concurrency) }, worker));
console.log(JSON.stringify({ accepted, refused, seconds: (performance.now() - began) / 1000 }));
session.close();
