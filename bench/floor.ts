// The floor: what a Node process must spend to read the same requests and drop them. floor.ts PORT
import http2 from "node:http2";

const server = http2.createServer({ settings: { initialWindowSize: 1 << 24 } });
server.on("stream", (stream) => {
  stream.on("data", () => {});
  stream.on("end", () => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(Buffer.from([0, 0, 0, 0, 0]));
  });
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.error("Everything is ready."));
process.on("SIGTERM", () => process.exit(0));
