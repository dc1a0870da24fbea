import t from "tap";
import { encodeHeaders } from "../../../src/net/http2/hpack-encode.ts";
import { frame as message } from "../raw-grpc.ts";
import { callHeaders, opening, rawFrame } from "./raw-frames.ts";
import { echoPath, startWireServer } from "./wire-server.ts";

/** Sessions that a server takes, of which each part is worth breaking. */
const session = Buffer.concat([
  opening,
  rawFrame(4, 0, 0, [0, 4, 0, 1, 0, 0, 0, 5, 0, 0, 64, 0]),
  rawFrame(1, 4, 1, callHeaders(echoPath, [["grpc-timeout", "10S"]])),
  rawFrame(0, 1, 1, message(Buffer.from("hello"))),
  rawFrame(1, 0, 3, callHeaders(echoPath).subarray(0, 20)),
  rawFrame(9, 4, 3, callHeaders(echoPath).subarray(20)),
  rawFrame(0, 8, 3, [3, ...message(Buffer.from("padded")), 0, 0, 0]),
  rawFrame(0, 1, 3),
  rawFrame(1, 4 | 0x20, 5, [0, 0, 0, 0, 9, 0x40, 1, 0x61, 1, 0x31, ...callHeaders("/unknown/Method")]),
  rawFrame(3, 0, 5, [0, 0, 0, 8]),
  rawFrame(8, 0, 0, [0, 0, 16, 0]),
  rawFrame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]),
  rawFrame(
    1,
    4,
    7,
    encodeHeaders([
      [":method", "POST"],
      [":scheme", "http"],
      [":path", "/v1/traces"],
      ["content-length", "2"],
    ]),
  ),
  rawFrame(0, 1, 7, Buffer.from("{}")),
  rawFrame(1, 4, 9, callHeaders(echoPath, [["grpc-encoding", "gzip"]])),
  rawFrame(0, 1, 9, message(Buffer.from("not gzip"), true)),
]);

t.test("a session that is damaged anywhere neither breaks the server nor leaves anything in it", async (t) => {
  let seed = 20_261_128;
  const random = (limit: number): number => (seed = (seed * 48_271) % 2_147_483_647) % limit;
  const wire = startWireServer(t, { silentStreamMs: 60_000 });
  const rounds = 3000;
  for (let round = 0; round < rounds; round++) {
    let bytes = Buffer.from(session);
    for (let damages = random(4); damages >= 0; damages--) {
      const at = opening.length + random(bytes.length - opening.length);
      switch (random(4)) {
        case 0:
          bytes[at] = random(256);
          break;
        case 1:
          bytes = bytes.subarray(0, at);
          break;
        case 2:
          bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([random(256), random(256)]), bytes.subarray(at)]);
          break;
        default:
          bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + random(30)))]);
      }
      if (bytes.length <= opening.length) break;
    }
    const socket = wire.connect();
    const size = 1 + random(bytes.length);
    for (let at = 0; at < bytes.length; at += size) socket.put(bytes.subarray(at, at + size));
    await new Promise<void>((resolve) => setImmediate(resolve));
    socket.destroy();
    if (round % 50 === 0) await wire.settle();
  }
  await wire.settle();
  const faults = wire.settings.logger.entries.map(({ fields }) => String(fields?.["error"]));
  t.notOk(
    faults.some((text) => text.startsWith("internal error")),
    "no fault of ours",
  );
  await wire.server.close();
  t.pass("no call is under way any more");
});

t.test("random bytes after the opening are refused or ignored", async (t) => {
  const wire = startWireServer(t);
  let seed = 7;
  const random = (limit: number): number => (seed = (seed * 48_271) % 2_147_483_647) % limit;
  for (let round = 0; round < 1000; round++) {
    const socket = wire.connect();
    socket.put(opening);
    socket.put(Buffer.from(Array.from({ length: random(200) }, () => random(256))));
    await new Promise<void>((resolve) => setImmediate(resolve));
    socket.destroy();
  }
  await wire.settle();
  await wire.server.close();
  t.pass("no call is under way any more");
});
