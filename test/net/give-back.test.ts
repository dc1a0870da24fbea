import { once } from "node:events";
import { createServer, connect, type AddressInfo } from "node:net";
import t from "tap";
import { giveBack, worthGivingBack } from "../../src/net/give-back.ts";

t.test("what a socket has read is freed and empty; small chunks, parts and shared memory stay", async (t) => {
  const server = createServer((socket) => socket.end(Buffer.alloc(4 * worthGivingBack, 0x61)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let freed = 0;
  let received = 0;
  socket.on("data", (chunk: Buffer) => {
    received += chunk.length;
    const isLarge = chunk.length >= worthGivingBack;
    t.equal(
      chunk.every((byte) => byte === 0x61),
      true,
    );
    giveBack(chunk);
    if (isLarge) freed++;
    t.equal(chunk.length === 0, isLarge, `${chunk.length} bytes left`);
  });
  await once(socket, "close");
  t.equal(received, 4 * worthGivingBack);
  t.ok(freed > 0);

  const small = Buffer.alloc(worthGivingBack - 1);
  const part = Buffer.alloc(2 * worthGivingBack).subarray(0, worthGivingBack);
  const shared = Buffer.from(new SharedArrayBuffer(worthGivingBack));
  for (const kept of [small, part, shared]) {
    const { length } = kept;
    giveBack(kept);
    t.equal(kept.length, length);
  }
});
