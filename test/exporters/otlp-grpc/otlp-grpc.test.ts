import { mkdtempSync, rmSync } from "node:fs";
import http2 from "node:http2";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { Metadata } from "@grpc/grpc-js";
import t from "tap";
import * as v from "valibot";
import { emptyContext } from "../../../src/component/consumer.ts";
import { otlpGrpc } from "../../../src/exporters/otlp-grpc/factory.ts";
import { encodeRpcStatus } from "../../../src/net/rpc-status.ts";
import { signals } from "../../../src/pdata/signal.ts";
import { WireType } from "../../../src/wire/wire-type.ts";
import { Writer } from "../../../src/wire/writer.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { until } from "../../contracts/until.ts";
import { failureOf } from "../../net/client/failure-of.ts";
import { GrpcPeer } from "../../net/client/grpc-peer.ts";
import { answerWith, framed, H2Peer, readMessage } from "../../net/client/h2-peer.ts";
import { numberedBatch, numbersOf, range } from "../../net/client/numbered-spans.ts";
import { direct, plain, startExporter } from "./exporter-under-test.ts";

t.test("the exporter keeps the contract of components", async (t) => {
  const peer = await GrpcPeer.start();
  t.teardown(() => peer.stop());
  const config = v.parse(otlpGrpc.config, { endpoint: peer.endpoint, ...plain });
  await componentContract(t, { create: () => otlpGrpc.create(config, testSettings()) });
});

t.test("each signal goes to its own service, with the bytes as they came", async (t) => {
  const peer = await GrpcPeer.start();
  t.teardown(() => peer.stop());
  for (const compression of ["none", "gzip"]) {
    for (const signal of signals) {
      const { exporter, host } = await startExporter(
        t,
        { endpoint: peer.endpoint, compression, ...plain, ...direct },
        { signal },
      );
      const batch = numberedBatch(100, { signal, padding: 50 });
      await exporter.consume(batch, emptyContext);
      const request = peer.requests.pop();
      t.ok(request?.message.equals(batch.bytes), `${signal} ${compression}`);
      t.match(request?.path, new RegExp(`\\.${signal.replace(/s$/, "")}s?\\.v1\\.`));
      t.ok(request?.headers["user-agent"]?.startsWith(`${host.buildInfo.description}/${host.buildInfo.version} (`));
      t.match(request?.headers["grpc-timeout"] ?? "5S", /^\d{1,8}[mSun]$/);
    }
  }
});

t.test("gzip and zstd are on the wire, and only where they are asked for", async (t) => {
  const seen: { encoding: unknown; isCompressed: boolean; bytes: Buffer }[] = [];
  const peer = await H2Peer.start((stream, headers) => {
    void readMessage(stream).then(({ isCompressed, bytes }) => {
      seen.push({ encoding: headers["grpc-encoding"], isCompressed, bytes });
      answerWith(stream, 0);
    });
  });
  t.teardown(() => peer.stop());
  const batch = numberedBatch(500);
  for (const [compression, level] of [
    ["gzip", 0],
    ["zstd", 0],
    ["gzip", 1],
    ["gzip", 9],
    ["none", 0],
    ["", 0],
  ] as const) {
    const { exporter } = await startExporter(t, {
      endpoint: peer.endpoint,
      compression,
      compression_params: { level },
      ...plain,
      ...direct,
    });
    await exporter.consume(batch, emptyContext);
  }
  t.same(
    seen.map(({ encoding, isCompressed }) => [encoding, isCompressed]),
    [...["gzip", "zstd", "gzip", "gzip"].map((name) => [name, true]), [undefined, false], [undefined, false]],
  );
  for (const index of [0, 2, 3]) t.ok(gunzipSync(seen[index]?.bytes ?? "").equals(batch.bytes));
  t.ok(zstdDecompressSync(seen[1]?.bytes ?? "").equals(batch.bytes));
  const [, , fast, small] = seen;
  t.ok((fast?.bytes.length ?? 0) > (small?.bytes.length ?? Infinity), "the level counts");
  for (const plainRequest of seen.slice(4)) {
    t.equal(plainRequest.encoding, undefined);
    t.ok(plainRequest.bytes.equals(batch.bytes));
  }
});

t.test("headers, user agent and authority are what the configuration says", async (t) => {
  const seen: http2.IncomingHttpHeaders[] = [];
  const peer = await H2Peer.start((stream, headers) => {
    seen.push(headers);
    stream.resume();
    answerWith(stream, 0);
  });
  t.teardown(() => peer.stop());
  const { exporter } = await startExporter(t, {
    endpoint: peer.endpoint,
    headers: { "X-Tenant": "blue", "trace-bin": "ab" },
    user_agent: "mine/1",
    authority: "backend.example",
    ...plain,
    ...direct,
  });
  await exporter.consume(numberedBatch(1), emptyContext);
  t.equal(seen[0]?.["x-tenant"], "blue");
  t.equal(seen[0]?.["trace-bin"], Buffer.from("ab").toString("base64"));
  t.match(seen[0]?.["user-agent"], /^mine\/1 grpc-node-js\//);
  t.equal(seen[0]?.[":authority"], "backend.example");
});

t.test("each status of a real server is sorted as the table says, with and without RetryInfo", async (t) => {
  const peer = await GrpcPeer.start();
  t.teardown(() => peer.stop());
  const { exporter } = await startExporter(t, { endpoint: peer.endpoint, ...plain, ...direct });
  const retryable = new Set([1, 4, 10, 11, 14, 15]);
  for (let code = 1; code <= 16; code++) {
    peer.reply = () => ({ code, details: "because" });
    const kind = retryable.has(code) ? "retryable" : "permanent";
    t.match(await failureOf(exporter.consume(numberedBatch(1), emptyContext)), {
      kind,
      retryAfterMs: undefined,
      grpcStatus: code,
    });
    const metadata = new Metadata();
    metadata.set(
      "grpc-status-details-bin",
      Buffer.from(encodeRpcStatus({ code, message: "because", retryDelayMs: 2500 })),
    );
    peer.reply = () => ({ code, details: "because", metadata });
    const kindWithInfo = retryable.has(code) || code === 8 ? "retryable" : "permanent";
    t.match(await failureOf(exporter.consume(numberedBatch(1), emptyContext)), {
      kind: kindWithInfo,
      retryAfterMs: 2500,
    });
  }
});

t.test("a batch that was refused is sent again after the time that RetryInfo asks for, and not before", async (t) => {
  const peer = await GrpcPeer.start();
  t.teardown(() => peer.stop());
  const { exporter, settings } = await startExporter(t, {
    endpoint: peer.endpoint,
    retry_on_failure: { initial_interval: "1s" },
    ...plain,
  });
  const metadata = new Metadata();
  metadata.set(
    "grpc-status-details-bin",
    Buffer.from(encodeRpcStatus({ code: 14, message: "busy", retryDelayMs: 20_000 })),
  );
  peer.reply = () => ({ code: 14, details: "busy", metadata });
  await exporter.consume(numberedBatch(5), emptyContext);
  await until(() => settings.ledger.failedCount === 1, "the first attempt fails");
  peer.reply = () => ({});
  await settings.clock.advance(19_000);
  t.equal(peer.requests.length, 1);
  await settings.clock.advance(1000);
  await until(() => settings.ledger.sentCount === 5, "the second attempt");
  t.equal(settings.ledger.held, 0);
});

t.test("a partial success is logged in upstream's words, and its items are counted as dropped", async (t) => {
  const peer = await GrpcPeer.start();
  t.teardown(() => peer.stop());
  peer.reply = () => ({ body: partialSuccess(3, "bad spans") });
  for (const [signal, field] of [
    ["traces", "dropped_spans"],
    ["metrics", "dropped_data_points"],
    ["logs", "dropped_log_records"],
  ] as const) {
    const { exporter, settings } = await startExporter(t, { endpoint: peer.endpoint, ...plain }, { signal });
    await exporter.consume(numberedBatch(10, { signal }), emptyContext);
    await until(() => settings.ledger.accountedCount === 10 && settings.ledger.held === 0, "all is accounted for");
    t.equal(settings.ledger.sentCount, 7);
    t.same(settings.ledger.droppedBy, { permanent_error: 3 });
    const entry = settings.logger.entries.find(({ message }) => message === "Partial success response");
    t.match(entry, { level: "warn", fields: { message: "bad spans", [field]: 3 } });
  }
});

t.test("requests above the peer's limit are divided, and nothing is lost or doubled", async (t) => {
  const peer = await GrpcPeer.start({ maxMessageBytes: 64 * 1024 });
  t.teardown(() => peer.stop());
  for (const compression of ["none", "gzip"]) {
    peer.requests.length = 0;
    const { exporter } = await startExporter(t, { endpoint: peer.endpoint, compression, ...plain, ...direct });
    await exporter.consume(numberedBatch(1000, { padding: 300 }), emptyContext);
    t.same(
      peer.requests.flatMap(({ message }) => numbersOf(message)).toSorted((a, b) => a - b),
      range(0, 1000),
    );
    t.ok(peer.requests.length >= 6 && peer.requests.length <= 16, `${peer.requests.length} requests`);
  }
});

t.test("more than 10 MB wait on one connection while the peer does not read, and all of it arrives", async (t) => {
  const waiting: (() => void)[] = [];
  let isOpen = false;
  const received: number[] = [];
  const peer = await H2Peer.start((stream) => {
    const read = (): void => {
      void readMessage(stream).then(({ bytes }) => {
        received.push(bytes.length);
        answerWith(stream, 0);
      });
    };
    if (isOpen) read();
    else waiting.push(read);
  });
  t.teardown(() => peer.stop());
  const { exporter } = await startExporter(t, {
    endpoint: peer.endpoint,
    compression: "none",
    timeout: "60s",
    ...plain,
    ...direct,
  });
  const batch = numberedBatch(2000, { padding: 1000 });
  const sent = Promise.all(range(0, 12).map(() => exporter.consume(batch, emptyContext)));
  await until(() => waiting.length === 12, "all requests are open");
  t.equal(peer.sessions.size, 1);
  t.ok(batch.bytes.length * 12 > 20_000_000);
  isOpen = true;
  for (const read of waiting) read();
  await sent;
  t.same(
    received,
    range(0, 12).map(() => batch.bytes.length),
  );
});

t.test("a request that is reset before its answer is worth another attempt", async (t) => {
  const ways: readonly (readonly [name: string, reset: (stream: http2.ServerHttp2Stream, peer: H2Peer) => void])[] = [
    ["INTERNAL_ERROR", (stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)],
    ["CANCEL", (stream) => stream.close(http2.constants.NGHTTP2_CANCEL)],
    ["REFUSED_STREAM", (stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM)],
    ["ENHANCE_YOUR_CALM", (stream) => stream.close(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM)],
    ["GOAWAY and close", (stream) => stream.session?.destroy()],
    ["no more connection", (_, peer) => peer.breakConnections()],
    [
      "half an answer",
      (stream, peer) => {
        stream.respond({ ":status": 200, "content-type": "application/grpc" });
        stream.write(framed(new Uint8Array(100)).subarray(0, 20), () => peer.breakConnections());
      },
    ],
    [
      "an answer without a status",
      (stream) => {
        stream.respond({ ":status": 200, "content-type": "application/grpc" });
        stream.end(framed(new Uint8Array(0)));
      },
    ],
    [
      "503 of a proxy",
      (stream) => {
        stream.respond({ ":status": 503, "content-type": "text/html" });
        stream.end("<html>busy</html>");
      },
    ],
  ];
  for (const [name, reset] of ways) {
    const peer: H2Peer = await H2Peer.start((stream) => stream.once("data", () => reset(stream, peer)));
    const { exporter } = await startExporter(t, { endpoint: peer.endpoint, compression: "none", ...plain, ...direct });
    t.match(
      await failureOf(exporter.consume(numberedBatch(2000, { padding: 100 }), emptyContext)),
      { kind: "retryable" },
      name,
    );
    peer.stop();
  }
});

t.test("connections that the peer ends in good order cost nothing", async (t) => {
  const sessions = new Set<unknown>();
  const peer = await H2Peer.start((stream) => {
    const { session } = stream;
    sessions.add(session);
    stream.resume();
    answerWith(stream, 0);
    // GOAWAY, while the next request may be on its way.
    stream.on("close", () => session?.close());
  });
  t.teardown(() => peer.stop());
  const { exporter } = await startExporter(t, { endpoint: peer.endpoint, ...plain, ...direct });
  for (let round = 0; round < 20; round++) await exporter.consume(numberedBatch(1), emptyContext);
  t.ok(sessions.size > 5, `${sessions.size} connections`);
});

t.test("an answer without end, or larger than any should be, is given up", async (t) => {
  const ways: readonly (readonly [name: string, kind: string, answer: (stream: http2.ServerHttp2Stream) => void])[] = [
    [
      "a message that says it has 4 GB",
      "permanent",
      (stream) => {
        stream.respond({ ":status": 200, "content-type": "application/grpc" });
        stream.write(Buffer.from([0, 0xff, 0xff, 0xff, 0xff]));
      },
    ],
    [
      "messages without end",
      "retryable",
      (stream) => {
        stream.respond({ ":status": 200, "content-type": "application/grpc" });
        const write = (): void => {
          while (!stream.destroyed && stream.write(framed(Buffer.alloc(16_000)))) {
            // Until the peer's window is full.
          }
          if (!stream.destroyed) stream.once("drain", write);
        };
        write();
      },
    ],
    [
      "a message that never ends",
      "retryable",
      (stream) => {
        stream.respond({ ":status": 200, "content-type": "application/grpc" });
        stream.write(framed(Buffer.alloc(1000)).subarray(0, 100));
      },
    ],
    ["bytes that are no answer", "permanent", (stream) => answerWith(stream, 0, Buffer.from("<html>"))],
  ];
  for (const [name, kind, answer] of ways) {
    const peer = await H2Peer.start((stream) => {
      stream.resume();
      answer(stream);
    });
    const { exporter } = await startExporter(t, { endpoint: peer.endpoint, timeout: "500ms", ...plain, ...direct });
    t.match(await failureOf(exporter.consume(numberedBatch(1), emptyContext)), { kind }, name);
    await until(() => peer.streamCount === 1, name);
    peer.stop();
  }
});

t.test("a peer that is away does not stop the start, is told in words, and is found again", async (t) => {
  const first = await GrpcPeer.start();
  const { port } = first;
  first.stop();
  const { exporter } = await startExporter(t, { endpoint: `127.0.0.1:${port}`, ...plain, ...direct });
  t.match(await failureOf(exporter.consume(numberedBatch(1), emptyContext)), {
    kind: "retryable",
    message: `Cannot reach 127.0.0.1:${port}: connection refused, check that the backend runs and that "endpoint" names its port`,
  });
  const second = await GrpcPeer.start({ port });
  t.teardown(() => second.stop());
  await until(
    () => {
      exporter.consume(numberedBatch(1), emptyContext).catch(() => undefined);
      return second.requests.length > 0;
    },
    "the exporter finds its peer again",
    8000,
  );
});

t.test("with wait_for_ready a request waits for the peer", async (t) => {
  const first = await GrpcPeer.start();
  const { port } = first;
  first.stop();
  const { exporter } = await startExporter(t, {
    endpoint: `127.0.0.1:${port}`,
    wait_for_ready: true,
    timeout: "20s",
    ...plain,
    ...direct,
  });
  const sent = exporter.consume(numberedBatch(1), emptyContext);
  const second = await GrpcPeer.start({ port });
  t.teardown(() => second.stop());
  await sent;
  t.equal(second.requests.length, 1);
});

t.test("a peer that never answers costs the timeout, and the attempt is worth another", async (t) => {
  const peer = await GrpcPeer.start();
  t.teardown(() => peer.stop());
  const { exporter } = await startExporter(t, { endpoint: peer.endpoint, timeout: "1s", ...plain, ...direct });
  // The address is part of the message once there is a connection, which on a busy machine takes its time.
  await exporter.consume(numberedBatch(1), emptyContext);
  peer.reply = () => new Promise(() => undefined);
  t.match(await failureOf(exporter.consume(numberedBatch(1), emptyContext)), {
    kind: "retryable",
    message: /^rpc error: code = DeadlineExceeded desc = .*remote_addr=127\.0\.0\.1:/,
  });
});

t.test("a peer that accepts a connection and says nothing is given up after 20 s", async (t) => {
  const silent = createServer((socket) => socket.on("error", () => undefined).resume());
  await new Promise<void>((resolve) => {
    silent.listen(0, "127.0.0.1", resolve);
  });
  t.teardown(() => silent.close());
  const address = silent.address();
  const endpoint = `127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
  const accepted = new Promise((resolve) => {
    silent.once("connection", resolve);
  });
  for (const tls of [{ insecure: true }, { insecure_skip_verify: true }]) {
    const { exporter, settings } = await startExporter(t, { endpoint, timeout: "60s", tls, ...direct });
    const failure = failureOf(exporter.consume(numberedBatch(1), emptyContext));
    await accepted;
    await until(() => settings.clock.timerCount > 1, "the connection is being made");
    await settings.clock.advance(20_000);
    t.match(await failure, {
      kind: "retryable",
      message: /^Cannot reach 127\.0\.0\.1:\d+: connection attempt timed out/,
    });
  }
});

t.test("shutdown ends a request that its peer does not answer", async (t) => {
  const peer = await GrpcPeer.start();
  t.teardown(() => peer.stop());
  peer.reply = () => new Promise(() => undefined);
  const { exporter, settings } = await startExporter(t, { endpoint: peer.endpoint, timeout: "0s", ...plain });
  await exporter.consume(numberedBatch(4), emptyContext);
  await until(() => peer.requests.length === 1, "the request arrives");
  await exporter.shutdown(AbortSignal.timeout(100));
  t.same(settings.ledger.droppedBy, { shutdown: 4 });
});

t.test("HTTP/1.1 servers and closed doors are told from peers that are away", async (t) => {
  const door = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => {
    door.listen(0, "127.0.0.1", resolve);
  });
  t.teardown(() => door.close());
  const address = door.address();
  const endpoint = `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const { exporter } = await startExporter(t, { endpoint, ...plain, ...direct });
  t.match(await failureOf(exporter.consume(numberedBatch(1), emptyContext)), {
    message: /connection closed by the peer, check that "endpoint" names the gRPC port/,
  });
});

t.test("a Unix socket is an endpoint", async (t) => {
  // Not in the checkout, whose path may be longer than the 107 bytes that a socket's name may have.
  const folder = mkdtempSync(`${tmpdir()}/otlp-`);
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = `${folder}/otlp.sock`;
  const peer = await GrpcPeer.start({ address: `unix:${path}` });
  t.teardown(() => peer.stop());
  const { exporter } = await startExporter(t, { endpoint: `unix://${path}`, ...plain, ...direct });
  await exporter.consume(numberedBatch(3), emptyContext);
  t.equal(peer.requests.length, 1);
});

t.test("keys without effect are told once, others are not", async (t) => {
  const peer = await GrpcPeer.start();
  t.teardown(() => peer.stop());
  const { settings } = await startExporter(t, {
    endpoint: peer.endpoint,
    read_buffer_size: 1,
    write_buffer_size: 524_288,
    ...plain,
  });
  t.match(settings.logger.entries, [
    { level: "info", message: "Keys without effect here", fields: { keys: ["read_buffer_size"] } },
  ]);
});

function partialSuccess(rejected: number, message: string): Uint8Array {
  const writer = new Writer();
  const partial = writer.open(1);
  writer.writeTag(1, WireType.varint);
  writer.writeVarint32(rejected);
  writer.writeString(2, message);
  writer.close(partial);
  return writer.finish();
}
