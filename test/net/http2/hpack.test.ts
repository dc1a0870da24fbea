import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import t from "tap";
import { preface } from "../../../src/net/http2/frame.ts";
import { HpackDecoder } from "../../../src/net/http2/hpack-decoder.ts";
import { encodeHeaders } from "../../../src/net/http2/hpack-encode.ts";
import { until } from "../../contracts/until.ts";
import { framesOf } from "./raw-frames.ts";

const fieldsOf = (decoder: HpackDecoder, block: Uint8Array) =>
  decoder.decode(block, 0, block.length).fields.map(({ name, value }) => `${name}: ${value}`);

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

t.test("HpackDecoder reads the examples of RFC 7541, appendix C.3 and C.4", async (t) => {
  const first = [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"];
  const second = [...first, "cache-control: no-cache"];
  const third = [
    ":method: GET",
    ":scheme: https",
    ":path: /index.html",
    ":authority: www.example.com",
    "custom-key: custom-value",
  ];
  for (const blocks of [
    [
      "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
      "8286 84be 5808 6e6f 2d63 6163 6865",
      "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
    ],
    [
      "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
      "8286 84be 5886 a8eb 1064 9cbf",
      "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
    ],
  ]) {
    const decoder = new HpackDecoder(10_000);
    t.same(
      blocks.map((block) => fieldsOf(decoder, hex(block))),
      [first, second, third],
    );
  }
});

t.test("HpackDecoder reads with the table that is left after evictions, RFC 7541, appendix C.6", async (t) => {
  const decoder = new HpackDecoder(10_000);
  // The table of these examples has 256 bytes.
  fieldsOf(decoder, hex("3fe1 01"));
  const date = "date: Mon, 21 Oct 2013 20:13:21 GMT";
  const rest = ["cache-control: private", date, "location: https://www.example.com"];
  t.same(
    fieldsOf(
      decoder,
      hex(
        "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
      ),
    ),
    [":status: 302", ...rest],
  );
  t.same(fieldsOf(decoder, hex("4883 640e ffc1 c0bf")), [":status: 307", ...rest]);
  t.same(
    fieldsOf(
      decoder,
      hex(
        "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
      ),
    ),
    [
      ":status: 200",
      "cache-control: private",
      "date: Mon, 21 Oct 2013 20:13:22 GMT",
      "location: https://www.example.com",
      "content-encoding: gzip",
      "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
    ],
  );
});

t.test("HpackDecoder refuses what is not a block, as a fault of the connection", async (t) => {
  const wrong: Readonly<Record<string, string>> = {
    "index 0": "80",
    "an index beyond the table": "ff 80 01",
    "an integer without end": "ff ff ff ff ff ff ff ff ff",
    "a string beyond the block": "00 05 61",
    "a literal without value": "41",
    "a table larger than allowed": "3f e2 1f",
    "a table size after a field": "82 3f e1 01",
    "padding with zeros": "00 01 61 81 00",
    "padding of a byte": "00 01 61 82 1f ff",
    "the end-of-string symbol": "00 01 61 84 ff ff ff ff",
  };
  for (const [what, block] of Object.entries(wrong)) {
    t.throws(() => fieldsOf(new HpackDecoder(10_000), hex(block)), { name: "ConnectionError", code: 9 }, what);
  }
});

t.test("HpackDecoder answers a repeated block with the same head, and never one from another table", async (t) => {
  const decoder = new HpackDecoder(10_000);
  const insert = Buffer.concat([hex("40 01 61 01 31")]);
  fieldsOf(decoder, insert);
  const indexed = hex("be");
  const first = decoder.decode(indexed, 0, 1);
  t.equal(decoder.decode(indexed, 0, 1), first);
  fieldsOf(decoder, hex("40 01 61 01 32"));
  t.same(fieldsOf(decoder, indexed), ["a: 2"], "the same byte means another field now");
  t.same(fieldsOf(decoder, hex("bf")), ["a: 1"]);
});

t.test("a head is bounded: what is over the limit is not kept, and the table stays right", async (t) => {
  const decoder = new HpackDecoder(200);
  fieldsOf(decoder, hex(`40 01 61 32 ${"31".repeat(50)}`));
  const bomb = Buffer.alloc(10_000, 0xbe);
  const head = decoder.decode(bomb, 0, bomb.length);
  t.ok(head.isTooLarge);
  t.ok(head.fields.length <= 2);
  t.same(fieldsOf(decoder, hex("be")), [`a: ${"1".repeat(50)}`]);
});

const isComplete = (...fields: readonly (readonly [string, string])[]): boolean => {
  const block = encodeHeaders(fields);
  return new HpackDecoder(10_000).decode(block, 0, block.length).isComplete;
};

t.test("a head tells what is not a request", async (t) => {
  const get = [
    [":method", "GET"],
    [":scheme", "http"],
    [":path", "/"],
  ] as const;
  t.ok(isComplete(...get, ["te", "trailers"], ["x", " a "]));
  t.ok(isComplete([":method", "CONNECT"], [":authority", "a:1"]));
  for (const field of [
    ["X-Upper", "a"],
    ["connection", "close"],
    ["transfer-encoding", "chunked"],
    ["te", "gzip"],
    ["x", "a\nb"],
    ["", "a"],
    [":path", "/twice"],
    [":status", "200"],
    ["content-length", "-1"],
  ] as const) {
    t.notOk(isComplete(...get, field), field.join(": "));
  }
  t.notOk(isComplete(...get, ["content-length", "1"], ["content-length", "2"]));
  t.notOk(isComplete(["x", "a"], ...get), "pseudo-headers come first");
  t.notOk(isComplete([":method", "GET"], [":scheme", "http"]));
});

t.test("HpackDecoder reads whatever Node's own client sends, over many requests", async (t) => {
  // 'A'..: every character that a value may have; the peer's table is small at last, so that fields are evicted.
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const chunks: Buffer[] = [];
  server.on("connection", (socket) => {
    socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => undefined);
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
  });
  const { port } = server.address() as net.AddressInfo;
  const session = http2.connect(`http://127.0.0.1:${port}`).on("error", () => undefined);
  let seed = 1;
  const random = (limit: number): number => (seed = (seed * 48_271) % 2_147_483_647) % limit;
  const sent: (readonly string[])[] = [];
  const requestCount = 150;
  for (let request = 0; request < requestCount; request++) {
    const headers: Record<string, string> = { ":path": `/${random(20)}`, ":method": "POST", "x-same": "always" };
    for (let count = random(8); count > 0; count--) {
      const length = random(60);
      let value = "";
      for (let index = 0; index < length; index++) value += String.fromCharCode(0x21 + random(0x5d));
      headers[`x-${random(30)}`] = value;
    }
    const stream = session.request(headers, { endStream: true });
    stream.on("error", () => undefined);
    sent.push(Object.entries(headers).map(([name, value]) => `${name}: ${value}`));
  }
  const blocks = (): readonly Buffer[] =>
    framesOf(Buffer.concat(chunks).subarray(preface.length))
      .filter(({ type }) => type === 1)
      .map(({ flags, payload }) => payload.subarray((flags & 0x20) === 0 ? 0 : 5));
  await until(() => blocks().length === requestCount, "all requests");
  const decoder = new HpackDecoder(65_536);
  for (const [index, block] of blocks().entries()) {
    const fields = fieldsOf(decoder, block).filter((line) => !/^:(scheme|authority)/.test(line));
    t.same(fields.toSorted(), sent[index]?.toSorted());
  }
  session.destroy();
  server.close();
});
