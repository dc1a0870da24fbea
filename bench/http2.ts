// What the clever lines of src/net/http2 and src/net/message-slab.ts are worth: http2.ts [ROUNDS]. Prints µs of CPU time
// an operation, best of five. The last line is a whole call of 330 bytes through a server whose socket is in memory.
import { Duplex } from "node:stream";
import type { Socket } from "node:net";
import { GrpcServer } from "../src/net/grpc-server.ts";
import { frameHeadBytes, preface, writeFrameHead } from "../src/net/http2/frame.ts";
import { HpackDecoder } from "../src/net/http2/hpack-decoder.ts";
import { encodeHeaders } from "../src/net/http2/hpack-encode.ts";
import { keepMessage } from "../src/net/message-slab.ts";
import { ownBytes } from "../src/net/own-bytes.ts";
import type { Rejections } from "../src/net/rejections.ts";

const rounds = Number(process.argv[2] ?? 100_000);

async function measure(name: string, run: () => void | Promise<void>): Promise<void> {
  let best = Infinity;
  for (let attempt = 0; attempt < 5; attempt++) {
    const began = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(began);
    best = Math.min(best, (user + system) / rounds);
  }
  console.log(`${name.padEnd(62)} ${best.toFixed(3)}`);
}

const path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const block = encodeHeaders([
  [":method", "POST"],
  [":scheme", "http"],
  [":path", path],
  [":authority", "localhost:4317"],
  ["content-type", "application/grpc"],
  ["user-agent", "grpc-go/1.70.0"],
  ["te", "trailers"],
]);
const decoder = new HpackDecoder(65_536);
await measure("header block, the same as the one before", () => {
  for (let round = 0; round < rounds; round++) decoder.decode(block, 0, block.length);
});
const others = [block, encodeHeaders([[":method", "GET"]])] as const;
await measure("header block, another than the one before (and a short one)", () => {
  for (let round = 0; round < rounds; round++) {
    for (const other of others) decoder.decode(other, 0, other.length);
  }
});

const chunk = Buffer.allocUnsafeSlow(16_384);
const kept: Uint8Array[] = [];
await measure("message of 330 bytes kept in a slab", () => {
  for (let round = 0; round < rounds; round++) kept[round % 1000] = keepMessage(chunk, 100, 430);
});
await measure("message of 330 bytes kept in memory of its own", () => {
  for (let round = 0; round < rounds; round++) kept[round % 1000] = ownBytes(chunk.subarray(100, 430));
});

/** Takes what is written and forgets it. */
class Sink extends Duplex {
  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done();
  }
}

function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(frameHeadBytes + payload.length);
  writeFrameHead(bytes, 0, payload.length, type, flags, streamId);
  bytes.set(payload, frameHeadBytes);
  return bytes;
}

const answer = Promise.resolve(Buffer.from([0x0a, 0x00]));
const server = new GrpcServer({
  methods: [{ path, handle: () => answer }],
  refuse: (error) => ({ code: 13, message: String(error) }),
  rejections: { add: console.error } as unknown as Rejections,
  http: () => undefined,
  maxMessageBytes: 4_000_000,
  maxConcurrentStreams: 1000,
  maxConnectionIdleMs: 0,
  maxConnectionAgeMs: 0,
  maxConnectionAgeGraceMs: 0,
  keepaliveTimeMs: 0,
  keepaliveTimeoutMs: 0,
  silentStreamMs: 60_000,
});
const message = Buffer.alloc(335);
message.writeUInt32BE(330, 1);
for (const perRead of [1, 16]) {
  await measure(`call of 330 bytes, ${perRead} a read`, async () => {
    const socket = new Sink();
    server.accept(socket as unknown as Socket);
    socket.push(Buffer.concat([preface, frame(4, 0, 0, new Uint8Array(0))]));
    let streamId = 1;
    for (let round = 0; round < rounds; round += perRead) {
      const parts: Buffer[] = [];
      for (let count = 0; count < perRead; count++, streamId += 2) {
        parts.push(frame(1, 4, streamId, block), frame(0, 1, streamId, message));
      }
      socket.push(Buffer.concat(parts));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    socket.destroy();
  });
}
server.destroy();
