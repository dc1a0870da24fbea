// The floor: what a Node process must spend to read the same requests and drop them. floor.ts GRPC_PORT HTTP_PORT
import http from "node:http";
import http2 from "node:http2";

const [grpcPort, httpPort] = process.argv.slice(2).map(Number);
const grpc = http2.createServer({ settings: { initialWindowSize: 1 << 24 } });
grpc.on("stream", (stream) => {
  stream.on("data", () => {});
  stream.on("end", () => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(Buffer.from([0, 0, 0, 0, 0]));
  });
});
grpc.listen(grpcPort, "127.0.0.1");
const server = http.createServer((request, response) => {
  request.on("data", () => {});
  request.on("end", () => response.writeHead(200, { "content-length": 0 }).end());
});
server.listen(httpPort, "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
