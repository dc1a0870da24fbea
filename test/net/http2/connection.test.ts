import http2 from "node:http2";
import t, { type Test } from "tap";
import { preface } from "../../../src/net/http2/frame.ts";
import { encodeHeaders } from "../../../src/net/http2/hpack-encode.ts";
import { frame as message } from "../raw-grpc.ts";
import { callHeaders, opening, rawFrame, settingsFrame, type Frame } from "./raw-frames.ts";
import { echoPath, startWireServer, until, type WireServer, type WireSocket } from "./wire-server.ts";

const headers = callHeaders(echoPath);
const endHeaders = 4;
const endStream = 1;

/** A whole call in two frames. */
function call(streamId: number, text = "hello"): Buffer {
  const body = message(Buffer.from(text));
  return Buffer.concat([rawFrame(1, endHeaders, streamId, headers), rawFrame(0, endStream, streamId, body)]);
}

function textOf(frames: readonly Frame[], streamId: number): string {
  const parts = frames.filter((frame) => frame.type === 0 && frame.streamId === streamId);
  return Buffer.concat(parts.map(({ payload }) => payload)).toString("latin1", 5);
}

async function open(t: Test, options: Parameters<typeof startWireServer>[1] = {}) {
  const wire = startWireServer(t, options);
  const socket = wire.connect();
  socket.put(opening);
  await wire.settle();
  return { wire, socket };
}

async function answered({ wire, socket }: { wire: WireServer; socket: WireSocket }, streamId: number): Promise<string> {
  await wire.settle();
  await until(
    () =>
      socket.frames.some((frame) => frame.streamId === streamId && (frame.flags & endStream) !== 0 && frame.type < 2),
    `an answer on ${streamId}`,
  );
  return textOf(socket.frames, streamId);
}

t.test("a connection begins with SETTINGS, and acknowledges the peer's", async (t) => {
  const { socket } = await open(t);
  t.match(socket.frames[0], { type: 4, flags: 0, streamId: 0 });
  t.ok(socket.frames.some(({ type, flags }) => type === 4 && flags === 1));
});

t.test(
  "a call may come in any frames: padded, with priority, continued, with trailers, among unknown ones",
  async (t) => {
    const each = await open(t);
    const { socket } = each;
    const body = message(Buffer.from("in pieces"));
    socket.put(rawFrame(2, 0, 1, [0, 0, 0, 0, 15]));
    socket.put(rawFrame(1, 8 | 0x20, 1, [3, 0, 0, 0, 0, 15, ...headers.subarray(0, 10), 0, 0, 0]));
    socket.put(rawFrame(9, 0, 1, headers.subarray(10, 20)));
    socket.put(rawFrame(9, 0, 1));
    socket.put(rawFrame(9, endHeaders, 1, headers.subarray(20)));
    socket.put(rawFrame(0xfe, 0xff, 1, Buffer.alloc(100_000)));
    socket.put(rawFrame(0, 8, 1, [2, ...body.subarray(0, 7), 0, 0]));
    socket.put(rawFrame(0, 0, 1));
    socket.put(rawFrame(0, 0, 1, body.subarray(7)));
    socket.put(rawFrame(1, endHeaders | endStream, 1, encodeHeaders([["x-trailer", "a"]])));
    t.equal(await answered(each, 1), "in pieces");
    t.equal(socket.goaway, undefined);
    t.same(socket.resets, []);
  },
);

const protocol = 1;
const flowControl = 3;
const closed = 5;
const frameSize = 6;
const compression = 9;
const calm = 11;

const ping = [1, 2, 3, 4, 5, 6, 7, 8];
const violations: readonly (readonly [what: string, code: number, bytes: Buffer | readonly Buffer[]])[] = [
  ["DATA on stream 0", protocol, rawFrame(0, 0, 0, [1])],
  ["DATA on a stream that is not open", protocol, rawFrame(0, 0, 1, [1])],
  ["HEADERS on an even stream", protocol, rawFrame(1, 4, 2, headers)],
  ["HEADERS on stream 0", protocol, rawFrame(1, 4, 0, headers)],
  ["HEADERS with too much padding", protocol, rawFrame(1, 4 | 8, 1, [200, 0x82])],
  ["HEADERS without the length of its padding", frameSize, rawFrame(1, 4 | 8, 1)],
  ["HEADERS twice", closed, [rawFrame(1, 4, 1, headers), rawFrame(1, 4, 1, headers)]],
  ["HEADERS that cannot be decoded", compression, rawFrame(1, 4, 1, [0x80])],
  ["CONTINUATION alone", protocol, rawFrame(9, 4, 1, headers)],
  ["a header block that is interrupted", protocol, [rawFrame(1, 0, 1, headers), rawFrame(6, 0, 0, ping)]],
  ["a header block that goes on elsewhere", protocol, [rawFrame(1, 0, 1, headers), rawFrame(9, 4, 3, headers)]],
  ["endless CONTINUATION", calm, [rawFrame(1, 0, 1), ...Array.from({ length: 100 }, () => rawFrame(9, 0, 1))]],
  [
    "large CONTINUATION",
    calm,
    [rawFrame(1, 0, 1), rawFrame(9, 0, 1, Buffer.alloc(40_000)), rawFrame(9, 0, 1, Buffer.alloc(40_000))],
  ],
  ["large HEADERS", calm, rawFrame(1, 4, 1, Buffer.alloc(70_000)).subarray(0, 9)],
  ["PRIORITY on stream 0", protocol, rawFrame(2, 0, 0, [0, 0, 0, 0, 1])],
  ["PRIORITY of a wrong size", frameSize, rawFrame(2, 0, 1, [0])],
  ["RST_STREAM on a stream that is not open", protocol, rawFrame(3, 0, 1, [0, 0, 0, 8])],
  ["RST_STREAM of a wrong size", frameSize, rawFrame(3, 0, 1, [0])],
  ["SETTINGS on a stream", protocol, rawFrame(4, 0, 1)],
  ["SETTINGS of a wrong size", frameSize, rawFrame(4, 0, 0, [0])],
  ["SETTINGS with ACK and payload", frameSize, rawFrame(4, 1, 0, [0, 4, 0, 0, 0, 1])],
  ["SETTINGS_ENABLE_PUSH of 2", protocol, rawFrame(4, 0, 0, [0, 2, 0, 0, 0, 2])],
  ["SETTINGS_INITIAL_WINDOW_SIZE of 2^31", flowControl, rawFrame(4, 0, 0, [0, 4, 128, 0, 0, 0])],
  ["SETTINGS_MAX_FRAME_SIZE of 1", protocol, rawFrame(4, 0, 0, [0, 5, 0, 0, 0, 1])],
  ["PUSH_PROMISE", protocol, rawFrame(5, 4, 1, [0, 0, 0, 2])],
  ["PING on a stream", protocol, rawFrame(6, 0, 1, ping)],
  ["PING of a wrong size", frameSize, rawFrame(6, 0, 0, [1])],
  ["GOAWAY on a stream", protocol, rawFrame(7, 0, 1, ping)],
  ["WINDOW_UPDATE of 0", protocol, rawFrame(8, 0, 0, [0, 0, 0, 0])],
  ["WINDOW_UPDATE beyond 2^31-1", flowControl, rawFrame(8, 0, 0, [127, 255, 255, 255])],
  ["WINDOW_UPDATE on a stream that is not open", protocol, rawFrame(8, 0, 5, [0, 0, 0, 1])],
  ["WINDOW_UPDATE of a wrong size", frameSize, rawFrame(8, 0, 0, [1])],
  ["a frame over the size that we allow", frameSize, rawFrame(0, 0, 1, Buffer.alloc(300_000)).subarray(0, 9)],
];

t.test(
  "a fault of the peer ends the connection with the code of RFC 9113, a line in the log and no more",
  async (t) => {
    for (const [what, code, bytes] of violations) {
      const { wire, socket } = await open(t);
      for (const part of [bytes].flat()) socket.put(part as Buffer);
      await wire.settle();
      t.equal(socket.goaway?.code, code, `${what}: ${socket.goaway?.text}`);
      t.match(wire.settings.logger.entries, [{ fields: { reason: "garbled", error: socket.goaway?.text } }]);
      await until(() => socket.writableEnded, "the end of the connection");
      socket.put(call(101));
      await wire.settle();
      t.equal(textOf(socket.frames, 101), "");
    }
  },
);

t.test("what comes before SETTINGS, or instead of HTTP/2, ends the connection", async (t) => {
  for (const bytes of [Buffer.concat([preface, rawFrame(6, 0, 0, ping)]), Buffer.from("PRI * HTTP/1.1\r\n\r\n")]) {
    const wire = startWireServer(t);
    const socket = wire.connect();
    socket.put(bytes);
    await wire.settle();
    t.equal(socket.goaway?.code, protocol);
  }
});

t.test("a fault of one request ends that request alone", async (t) => {
  const each = await open(t);
  const { socket, wire } = each;
  socket.put(rawFrame(1, endHeaders, 1, encodeHeaders([[":method", "POST"]])));
  socket.put(rawFrame(1, endHeaders, 3, callHeaders(echoPath, [["connection", "close"]])));
  socket.put(rawFrame(1, endHeaders, 5, callHeaders(echoPath, [["content-length", "3"]])));
  socket.put(rawFrame(0, 0, 5, Buffer.alloc(4)));
  socket.put(rawFrame(1, endHeaders, 7, callHeaders(echoPath, [["content-length", "30"]])));
  socket.put(rawFrame(0, endStream, 7, Buffer.alloc(4)));
  socket.put(rawFrame(1, endHeaders, 9, headers));
  socket.put(rawFrame(8, 0, 9, [0, 0, 0, 0]));
  socket.put(rawFrame(1, endHeaders, 11, headers));
  socket.put(rawFrame(8, 0, 11, [127, 255, 255, 255]));
  await wire.settle();
  t.same(socket.resets, [
    [1, protocol],
    [3, protocol],
    [5, protocol],
    [7, protocol],
    [9, protocol],
    [11, flowControl],
  ]);
  // What was under way for them when they ended.
  socket.put(rawFrame(0, 0, 5, Buffer.alloc(1000)));
  socket.put(rawFrame(3, 0, 7, [0, 0, 0, 8]));
  socket.put(rawFrame(8, 0, 7, [0, 0, 0, 1]));
  socket.put(call(13));
  t.equal(await answered(each, 13), "hello");
});

t.test("answers keep to the peer's windows and frame size, down to a byte", async (t) => {
  const each = await open(t);
  const { socket, wire } = each;
  socket.put(rawFrame(4, 0, 0, [0, 4, 0, 0, 0, 0]));
  socket.put(call(1, "0123456789"));
  await wire.settle();
  const dataBytes = (): number =>
    socket.frames.filter(({ type }) => type === 0).reduce((sum, { payload }) => sum + payload.length, 0);
  t.equal(dataBytes(), 0, "no window");
  for (let byte = 1; byte <= 15; byte++) {
    socket.put(rawFrame(8, 0, 1, [0, 0, 0, 1]));
    await wire.settle();
    t.equal(dataBytes(), byte);
  }
  t.equal(await answered(each, 1), "0123456789");

  socket.put(rawFrame(4, 0, 0, [0, 4, 0, 0, 0, 10]));
  socket.put(call(3, "x".repeat(100)));
  await wire.settle();
  t.equal(dataBytes(), 15 + 10);
  // Less than was sent already: the window of the stream is negative now.
  socket.put(rawFrame(4, 0, 0, [0, 4, 0, 0, 0, 5]));
  socket.put(rawFrame(8, 0, 3, [0, 0, 0, 5]));
  await wire.settle();
  t.equal(dataBytes(), 15 + 10);
  socket.put(rawFrame(4, 0, 0, [0, 4, 0, 1, 0, 0]));
  t.equal(await answered(each, 3), "x".repeat(100));
});

t.test("what a larger window lets out comes after its acknowledgement, from which on the peer has it", async (t) => {
  const { socket, wire } = await open(t);
  socket.put(rawFrame(4, 0, 0, [0, 4, 0, 0, 0, 0]));
  socket.put(call(1, "0123456789"));
  await wire.settle();
  const before = socket.frames.length;
  socket.put(rawFrame(4, 0, 0, [0, 4, 0, 0, 1, 0]));
  await wire.settle();
  const kinds = socket.frames.slice(before).map(({ type, flags }) => `${type} ${flags & 1}`);
  t.same(kinds, ["4 1", "0 0", "1 1"], "SETTINGS with ACK, DATA, trailers");
});

t.test("answers of every size come whole", async (t) => {
  const each = await open(t);
  each.socket.put(rawFrame(4, 0, 0, [0, 4, 127, 0, 0, 0, 0, 5, 0, 255, 255, 255]));
  each.socket.put(rawFrame(8, 0, 0, [127, 0, 0, 0]));
  let id = 1;
  for (const size of [0, 1, 1018, 1019, 1020, 8000, 8190, 16_000, 16_379, 16_384, 20_000, 200_000]) {
    const text = "0123456789".repeat(size / 10 + 1).slice(0, size);
    each.socket.put(call(id, text));
    t.equal((await answered(each, id)) === text, true, `${size} bytes`);
    id += 2;
  }
});

t.test("a large answer passes small windows of a real client whole", async (t) => {
  const wire = startWireServer(t);
  const socket = wire.connect();
  const session = http2.connect("http://test", {
    createConnection: () => socket.otherEnd(),
    settings: { initialWindowSize: 100, maxFrameSize: 16_384 },
  });
  const stream = session.request({ ":method": "POST", ":path": echoPath, "content-type": "application/grpc" });
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const body = message(Buffer.alloc(300_000, "abc"));
  stream.end(body);
  await until(() => stream.closed, "the answer");
  t.ok(Buffer.concat(chunks).equals(body));
  session.destroy();
});

t.test("a peer that sends more than its windows is stopped, and one that stays within them never is", async (t) => {
  const each = await open(t, { maxMessageBytes: 10_000_000 });
  const { socket, wire } = each;
  socket.put(rawFrame(1, endHeaders, 1, headers));
  const body = message(Buffer.alloc(5_000_000));
  let room = 1_048_576;
  let seen = 0;
  for (let at = 0; at < body.length;) {
    const size = Math.min(100_000, room, body.length - at);
    t.ok(size > 0, "there is always room again");
    socket.put(rawFrame(0, at + size === body.length ? endStream : 0, 1, body.subarray(at, at + size)));
    room -= size;
    at += size;
    await wire.settle();
    const updates = socket.frames.filter(({ type, streamId }) => type === 8 && streamId === 1);
    for (const { payload } of updates.slice(seen)) room += payload.readUInt32BE(0);
    seen = updates.length;
  }
  socket.put(rawFrame(8, 0, 1, [0, 127, 0, 0]));
  socket.put(rawFrame(8, 0, 0, [0, 127, 0, 0]));
  t.equal((await answered(each, 1)).length, 5_000_000);
});

t.test("a request that nobody reads takes no more than its window", async (t) => {
  const { socket, wire } = await open(t, { http: () => undefined });
  socket.put(
    rawFrame(
      1,
      endHeaders,
      1,
      encodeHeaders([
        [":method", "POST"],
        [":scheme", "http"],
        [":path", "/v1/traces"],
      ]),
    ),
  );
  for (let count = 0; count < 11; count++) socket.put(rawFrame(0, 0, 1, Buffer.alloc(100_000)));
  await wire.settle();
  t.same(socket.resets, [[1, flowControl]]);
});

t.test(
  "a peer may have so many calls at once, those included that it took back while they are worked on",
  async (t) => {
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    const each = await open(t, { maxConcurrentStreams: 3, handle: () => promise });
    const { socket, wire } = each;
    for (const id of [1, 3, 5, 7]) socket.put(call(id));
    await wire.settle();
    t.same(socket.resets, [[7, 7]], "REFUSED_STREAM: safe to send again");
    for (const id of [1, 3, 5]) socket.put(rawFrame(3, 0, id, [0, 0, 0, 8]));
    socket.put(call(9));
    await wire.settle();
    t.same(socket.resets.slice(1), [[9, 7]]);
    resolve(Buffer.from("done"));
    await wire.settle();
    socket.put(call(11));
    t.equal(await answered(each, 11), "done");
  },
);

t.test("a peer that begins requests and takes them back at once is sent away", async (t) => {
  const { socket, wire } = await open(t);
  let sent = 0;
  for (; sent < 3000 && socket.goaway === undefined; sent++) {
    const id = sent * 2 + 1;
    socket.put(Buffer.concat([rawFrame(1, endHeaders, id, headers), rawFrame(3, 0, id, [0, 0, 0, 8])]));
    if (sent % 100 === 0) await wire.settle();
  }
  t.match(socket.goaway, { code: calm, text: /taken back/ });
  t.ok(sent >= 1000, "after a burst that a client with deadlines may cause");
});

t.test("a peer that asks and does not read is not read any more, so that memory stays bounded", async (t) => {
  const { socket, wire } = await open(t);
  socket.isStuck = true;
  const flood = Buffer.concat(Array.from({ length: 2000 }, () => rawFrame(6, 0, 0, ping)));
  let taken = 0;
  for (; taken < 1000 && !socket.isPaused(); taken++) {
    // A copy: the connection frees what it has read.
    socket.put(Buffer.from(flood));
    await wire.settle();
  }
  t.ok(socket.isPaused(), `after ${taken * flood.length} bytes`);
  t.ok(socket.writableLength < 400_000, `${socket.writableLength} bytes wait`);
});

t.test("a peer that changes its settings over and over is sent away", async (t) => {
  const { socket, wire } = await open(t);
  socket.put(Buffer.concat(Array.from({ length: 2000 }, () => settingsFrame)));
  await wire.settle();
  t.match(socket.goaway, { code: calm, text: /settings/ });
});

t.test("a call that was taken back is not answered any more", async (t) => {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  const each = await open(t, { handle: () => promise });
  each.socket.put(call(1));
  await each.wire.settle();
  each.socket.put(rawFrame(3, 0, 1, [0, 0, 0, 8]));
  await each.wire.settle();
  resolve(Buffer.from("late"));
  await each.wire.settle();
  t.notOk(each.socket.frames.some(({ streamId }) => streamId === 1));
  await each.wire.server.close();
});

t.test("many answers that wait for the connection's window come one after the other", async (t) => {
  const each = await open(t);
  const { socket } = each;
  socket.put(rawFrame(4, 0, 0, [0, 4, 127, 0, 0, 0]));
  const ids = Array.from({ length: 20 }, (_, index) => index * 2 + 1);
  for (const id of ids) socket.put(call(id, "x".repeat(10_000)));
  await each.wire.settle();
  for (let round = 0; round < 30; round++) {
    socket.put(rawFrame(8, 0, 0, [0, 0, 0x13, 0x88]));
    await each.wire.settle();
  }
  for (const id of ids) t.equal((await answered(each, id)).length, 10_000);
});

t.test("PING is answered with what it holds", async (t) => {
  const { socket, wire } = await open(t);
  socket.put(rawFrame(6, 0, 0, ping));
  await wire.settle();
  t.match(
    socket.frames.findLast(({ type }) => type === 6),
    { flags: 1, payload: Buffer.from(ping) },
  );
});

t.test("a connection that drains takes what was under way, then names the last request and ends", async (t) => {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  const each = await open(t, { handle: () => promise });
  const { socket, wire } = each;
  socket.put(call(1));
  await wire.settle();
  const isClosed = wire.server.close();
  await wire.settle();
  const goaways = (): readonly number[] =>
    socket.frames.filter(({ type }) => type === 7).map(({ payload }) => payload.readUInt32BE(0));
  t.same(goaways(), [0x7fff_ffff]);
  socket.put(call(3));
  await wire.settle();
  const request = socket.frames.findLast(({ type }) => type === 6);
  socket.put(rawFrame(6, 1, 0, request?.payload));
  await wire.settle();
  t.same(goaways(), [0x7fff_ffff, 3]);
  socket.put(call(5));
  resolve(Buffer.from("last"));
  t.same([await answered(each, 1), await answered(each, 3)], ["last", "last"]);
  await isClosed;
  await until(() => socket.writableEnded, "the end");
  t.equal(textOf(socket.frames, 5), "");
});

t.test("a connection ends when it is idle, too old, or silent to a PING, and not before", async (t) => {
  const idle = await open(t, { maxConnectionIdleMs: 30 });
  await until(() => idle.socket.goaway?.code === 0, "GOAWAY for idleness");
  const old = await open(t, {
    maxConnectionAgeMs: 30,
    maxConnectionAgeGraceMs: 30,
    handle: () => new Promise(() => {}),
  });
  old.socket.put(call(1));
  await until(() => old.socket.goaway?.code === 0, "GOAWAY for age");
  await until(() => old.socket.destroyed, "the end of the grace");
  const gone = await open(t, { keepaliveTimeMs: 30, keepaliveTimeoutMs: 30 });
  await until(() => gone.socket.destroyed, "the end of a connection whose peer is gone");
  t.ok(gone.socket.frames.some(({ type, flags }) => type === 6 && flags === 0));

  const alive = await open(t, { keepaliveTimeMs: 20, keepaliveTimeoutMs: 60_000, maxConnectionIdleMs: 60_000 });
  for (let pings = 1; pings <= 3; pings++) {
    const seen = (): readonly Frame[] => alive.socket.frames.filter(({ type, flags }) => type === 6 && flags === 0);
    await until(() => seen().length >= pings, `PING ${pings}`);
    alive.socket.put(rawFrame(6, 1, 0, seen().at(-1)?.payload));
  }
  t.notOk(alive.socket.destroyed);
  t.equal(alive.socket.goaway, undefined);
});
