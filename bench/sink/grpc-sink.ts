import { createServer, type Server, type Socket } from "node:net";
import {
  defaultWindow,
  flags,
  frame,
  FrameReader,
  frameTypes,
  maxWindow,
  preface,
  settingIds,
  settings,
  settingsAck,
  windowUpdate,
} from "../load/frame.ts";

/** A whole gRPC message and whether it is compressed; the answer goes out when the promise resolves. */
export type OnMessage = (message: Buffer, isGzip: boolean) => Promise<void>;

const grpcPrefixBytes = 5;
/** `:status: 200` and `content-type: application/grpc`, then trailers with `grpc-status: 0`; nothing enters the peer's table. */
const answerHead = Buffer.concat([Buffer.from([0x88, 0x0f, 0x10, 16]), Buffer.from("application/grpc", "latin1")]);
const answerTrailers = Buffer.concat([Buffer.from([0x00, 11]), Buffer.from("grpc-status\x010", "latin1")]);
/** Given back to the peer at once when it has used so much of the connection's window. */
const windowStep = 1 << 24;

/** Answers every unary call with success and reads nothing of its headers: the least that a gRPC backend can cost. */
export function grpcSink(onMessage: OnMessage): Server {
  return createServer((socket) => serve(socket, onMessage));
}

function serve(socket: Socket, onMessage: OnMessage): void {
  const streams = new Map<number, Buffer[]>();
  let used = 0;
  let greeting = Buffer.alloc(0);
  const reader = new FrameReader((type, frameFlags, stream, payload) => {
    if (type === frameTypes.settings && (frameFlags & flags.ack) === 0) socket.write(settingsAck);
    else if (type === frameTypes.ping && (frameFlags & flags.ack) === 0)
      socket.write(frame(frameTypes.ping, flags.ack, 0, payload));
    else if (type === frameTypes.resetStream) streams.delete(stream);
    else if (type === frameTypes.headers) streams.set(stream, []);
    else if (type === frameTypes.data) {
      const padding = (frameFlags & flags.padded) === 0 ? undefined : payload.readUInt8(0);
      const content = padding === undefined ? payload : payload.subarray(1, payload.length - padding);
      streams.get(stream)?.push(content);
      used += payload.length;
      if (used >= windowStep) {
        socket.write(windowUpdate(0, used));
        used = 0;
      }
      if ((frameFlags & flags.endStream) !== 0) finish(stream);
    }
  });
  const finish = (stream: number): void => {
    const bytes = Buffer.concat(streams.get(stream) ?? []);
    streams.delete(stream);
    const answer = Buffer.concat([
      frame(frameTypes.headers, flags.endHeaders, stream, answerHead),
      frame(frameTypes.data, 0, stream, Buffer.alloc(grpcPrefixBytes)),
      frame(frameTypes.headers, flags.endHeaders | flags.endStream, stream, answerTrailers),
    ]);
    void onMessage(bytes.subarray(grpcPrefixBytes), bytes[0] === 1).then(() => {
      if (!socket.destroyed) socket.write(answer);
    });
  };
  socket.on("data", (chunk: Buffer) => {
    if (greeting.length >= preface.length) return reader.push(chunk);
    greeting = Buffer.concat([greeting, chunk]);
    if (greeting.length >= preface.length) reader.push(greeting.subarray(preface.length));
  });
  // A collector that goes away closes its connections as it likes.
  socket.on("error", () => socket.destroy());
  socket.setNoDelay(true);
  const announced = settings([[settingIds.initialWindowSize, maxWindow]]);
  socket.write(Buffer.concat([announced, windowUpdate(0, maxWindow - defaultWindow)]));
}
