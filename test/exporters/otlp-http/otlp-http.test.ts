import { createServer, type Server } from "node:net";
import t, { type Test } from "tap";
import * as v from "valibot";
import { emptyContext } from "../../../src/component/consumer.ts";
import { otlpHttp } from "../../../src/exporters/otlp-http/factory.ts";
import { decodeJson } from "../../../src/pdata/json/decode-json.ts";
import { signals } from "../../../src/pdata/signal.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { until } from "../../contracts/until.ts";
import { failureOf } from "../../net/client/failure-of.ts";
import { HttpPeer } from "../../net/client/http-peer.ts";
import { numberedBatch, numbersOf, range } from "../../net/client/numbered-spans.ts";
import { direct, startExporter } from "./exporter-under-test.ts";

async function startPeer(t: Test): Promise<HttpPeer> {
  const peer = await HttpPeer.start();
  t.teardown(() => peer.stop());
  return peer;
}

t.test("the exporter keeps the contract of components", async (t) => {
  const peer = await startPeer(t);
  const config = v.parse(otlpHttp.config, { endpoint: peer.endpoint });
  await componentContract(t, { create: () => otlpHttp.create(config, testSettings()) });
});

t.test("each signal goes to its own path, with the bytes as they came, compressed as asked", async (t) => {
  const peer = await startPeer(t);
  for (const compression of ["gzip", "zstd", "zlib", "deflate", "none", ""]) {
    for (const signal of signals) {
      // Both below and above the size from which compression goes through the thread pool.
      for (const padding of [10, 2000]) {
        const { exporter, host } = await startExporter(
          t,
          { endpoint: peer.endpoint, compression, ...direct },
          { signal },
        );
        const batch = numberedBatch(100, { signal, padding });
        await exporter.consume(batch, emptyContext);
        const request = peer.requests.pop();
        t.ok(request?.body.equals(batch.bytes), `${signal} ${compression}`);
        t.equal(request?.method, "POST");
        t.equal(request?.path, `/v1/${signal}`);
        t.equal(request?.headers["content-type"], "application/x-protobuf");
        t.equal(
          request?.headers["content-encoding"],
          compression === "none" || compression === "" ? undefined : compression,
        );
        t.equal(request?.headers["content-length"], String(request?.raw.length));
        const agent = `${host.buildInfo.description}/${host.buildInfo.version} (`;
        t.ok(request?.headers["user-agent"]?.startsWith(agent));
      }
    }
  }
});

t.test("a level of compression makes the difference that it should", async (t) => {
  const peer = await startPeer(t);
  const sizes: number[] = [];
  for (const level of [9, 1, -2]) {
    const { exporter } = await startExporter(t, { endpoint: peer.endpoint, compression_params: { level }, ...direct });
    await exporter.consume(numberedBatch(1000, { padding: 20 }), emptyContext);
    sizes.push(peer.requests.at(-1)?.raw.length ?? 0);
  }
  t.same(
    sizes,
    sizes.toSorted((a, b) => a - b),
  );
});

t.test("encoding json sends OTLP/JSON", async (t) => {
  const peer = await startPeer(t);
  for (const signal of signals) {
    const { exporter } = await startExporter(t, { endpoint: peer.endpoint, encoding: "json", ...direct }, { signal });
    const batch = numberedBatch(20, { signal: signal === "metrics" ? signal : signal });
    await exporter.consume(batch, emptyContext);
    const request = peer.requests.at(-1);
    t.equal(request?.headers["content-type"], "application/json");
    t.equal(decodeJson(signal, request?.body ?? new Uint8Array(0)).itemCount, 20);
  }
});

t.test("headers of the configuration are sent, and replace ours", async (t) => {
  const peer = await startPeer(t);
  const { exporter } = await startExporter(t, {
    endpoint: peer.endpoint.replace("//", "//user:pass@"),
    headers: { "X-Tenant": "bläu", "User-Agent": "mine/1", "Host": "backend.example" },
    ...direct,
  });
  await exporter.consume(numberedBatch(1), emptyContext);
  t.match(peer.requests[0]?.headers, {
    "x-tenant": Buffer.from("bläu", "utf8").toString("latin1"),
    "user-agent": "mine/1",
    "host": "backend.example",
    "authorization": `Basic ${Buffer.from("user:pass").toString("base64")}`,
  });
});

t.test("a signal's own URL is used as it is", async (t) => {
  const peer = await startPeer(t);
  const written = { endpoint: "http://127.0.0.1:1", logs_endpoint: `${peer.endpoint}/in/logs?key=1`, ...direct };
  const { exporter } = await startExporter(t, written, { signal: "logs" });
  await exporter.consume(numberedBatch(1, { signal: "logs" }), emptyContext);
  t.equal(peer.requests[0]?.path, "/in/logs?key=1");
});

t.test("each status of a real server is sorted as the table says", async (t) => {
  const peer = await startPeer(t);
  const { exporter } = await startExporter(t, { endpoint: peer.endpoint, ...direct });
  const retryable = new Set([429, 502, 503, 504]);
  for (const status of [
    300, 301, 304, 400, 401, 402, 403, 404, 405, 408, 409, 413, 414, 415, 418, 429, 431, 500, 501, 502, 503, 504, 505,
    599,
  ]) {
    peer.reply = (_, response) => void response.writeHead(status).end();
    const error = await failureOf(exporter.consume(numberedBatch(1), emptyContext));
    t.equal(error.kind, retryable.has(status) ? "retryable" : "permanent", `${status}`);
    t.match(
      error.message,
      `error exporting items, request to ${peer.endpoint}/v1/traces responded with HTTP Status Code ${status}`,
    );
  }
  for (const status of [200, 201, 202, 204, 207]) {
    peer.reply = (_, response) => void response.writeHead(status).end();
    await exporter.consume(numberedBatch(1), emptyContext);
  }
});

t.test("a batch that was refused is sent again after Retry-After, in seconds or as a date", async (t) => {
  const peer = await startPeer(t);
  for (const text of ["20", "date"]) {
    peer.requests.length = 0;
    const { exporter, settings } = await startExporter(t, {
      endpoint: peer.endpoint,
      retry_on_failure: { initial_interval: "1s" },
    });
    const date = new Date(settings.clock.now() + 20_000).toUTCString();
    peer.reply = (_, response) => void response.writeHead(503, { "retry-after": text === "date" ? date : text }).end();
    await exporter.consume(numberedBatch(5), emptyContext);
    await until(() => settings.ledger.failedCount === 1, "the first attempt fails");
    peer.reply = (_, response) => void response.end();
    await settings.clock.advance(19_000);
    t.equal(peer.requests.length, 1);
    await settings.clock.advance(1000);
    await until(() => settings.ledger.sentCount === 5, "the second attempt");
    t.equal(settings.ledger.held, 0);
  }
});

t.test("a partial success is logged in upstream's words, and its items are counted as dropped", async (t) => {
  const peer = await startPeer(t);
  peer.reply = (_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"partialSuccess":{"rejectedSpans":"3","errorMessage":"bad spans"}}');
  };
  const { exporter, settings } = await startExporter(t, { endpoint: peer.endpoint });
  for (let round = 0; round < 3; round++) await exporter.consume(numberedBatch(10), emptyContext);
  await until(() => settings.ledger.accountedCount === 30 && settings.ledger.held === 0, "all is accounted for");
  t.equal(settings.ledger.sentCount, 21);
  t.same(settings.ledger.droppedBy, { permanent_error: 9 });
  await exporter.shutdown(AbortSignal.timeout(1000));
  t.match(settings.logger.entries, [
    { level: "warn", message: "Partial success response", fields: { message: "bad spans", dropped_spans: 3 } },
    { level: "warn", message: "Partial success response", fields: { dropped_spans: 6, responses: 2 } },
  ]);
});

t.test("requests above the peer's limit are divided, and nothing is lost or doubled", async (t) => {
  const peer = await startPeer(t);
  const taken: number[] = [];
  peer.reply = (request, response) => {
    if (request.raw.length > 50_000) return void response.writeHead(413).end();
    taken.push(...numbersOf(request.body));
    return void response.end();
  };
  const { exporter } = await startExporter(t, { endpoint: peer.endpoint, compression: "none", ...direct });
  await exporter.consume(numberedBatch(1000, { padding: 300 }), emptyContext);
  t.same(taken, range(0, 1000));
});

t.test("an item that is too large by itself is lost, counted and told", async (t) => {
  const peer = await startPeer(t);
  peer.reply = (_, response) => void response.writeHead(413).end();
  const { exporter, settings } = await startExporter(t, { endpoint: peer.endpoint });
  await exporter.consume(numberedBatch(1, { padding: 1000 }), emptyContext);
  await until(() => settings.ledger.held === 0, "the item is given up");
  t.same(settings.ledger.droppedBy, { permanent_error: 1 });
  t.match(settings.logger.messages("error"), ["Exporting failed. Dropping data."]);
});

t.test("no redirect is followed, and no credentials leave for another place", async (t) => {
  const peer = await startPeer(t);
  const other = await startPeer(t);
  for (const status of [301, 302, 303, 307, 308]) {
    peer.reply = (_, response) => void response.writeHead(status, { location: `${other.endpoint}/v1/traces` }).end();
    const { exporter } = await startExporter(t, {
      endpoint: peer.endpoint,
      headers: { authorization: "Bearer x" },
      ...direct,
    });
    const error = await failureOf(exporter.consume(numberedBatch(1), emptyContext));
    t.equal(error.kind, "permanent");
    t.match(error.message, `redirects are not followed: if ${other.endpoint}/v1/traces is right`);
  }
  t.equal(other.requests.length, 0);
});

t.test("connections are used again, as many at a time as there are requests, or as configured", async (t) => {
  const peer = await startPeer(t);
  const { exporter } = await startExporter(t, { endpoint: peer.endpoint, ...direct });
  for (let round = 0; round < 5; round++) await exporter.consume(numberedBatch(1), emptyContext);
  t.equal(new Set(peer.requests.map(({ socket }) => socket)).size, 1);

  const held: (() => void)[] = [];
  peer.reply = (_, response) => void held.push(() => response.end());
  const limited = await startExporter(t, { endpoint: peer.endpoint, max_conns_per_host: 2, ...direct });
  peer.requests.length = 0;
  const sent = Promise.all(range(0, 6).map(() => limited.exporter.consume(numberedBatch(1), emptyContext)));
  const answered = new Set<() => void>();
  await until(() => {
    t.ok(held.length - answered.size <= 2, "no more than two at a time");
    for (const answer of held) {
      if (!answered.has(answer) && (held.length - answered.size === 2 || held.length === 6)) {
        answered.add(answer);
        answer();
      }
    }
    return answered.size === 6;
  }, "six requests over two connections");
  await sent;
  t.equal(new Set(peer.requests.map(({ socket }) => socket)).size, 2);

  peer.reply = (_, response) => void response.end();
  peer.requests.length = 0;
  const single = await startExporter(t, { endpoint: peer.endpoint, disable_keep_alives: true, ...direct });
  for (let round = 0; round < 3; round++) await single.exporter.consume(numberedBatch(1), emptyContext);
  t.equal(new Set(peer.requests.map(({ socket }) => socket)).size, 3);
  t.equal(peer.requests[0]?.headers.connection, "close");
});

t.test("an answer without end is cut, and what its status said counts", async (t) => {
  const peer = await startPeer(t);
  const { exporter } = await startExporter(t, { endpoint: peer.endpoint, timeout: "30s", ...direct });
  let written = 0;
  let contentType = "text/html";
  let status = 200;
  peer.reply = (_, response) => {
    response.writeHead(status, { "content-type": contentType });
    written = 0;
    const chunk = Buffer.alloc(16 * 1024, "x");
    const write = (): void => {
      while (!response.destroyed && response.write(chunk)) written += chunk.length;
      response.once("drain", write);
    };
    write();
    response.on("close", () => response.off("drain", write));
  };
  await exporter.consume(numberedBatch(1), emptyContext);
  t.ok(written < 10_000_000);
  status = 503;
  t.match(await failureOf(exporter.consume(numberedBatch(1), emptyContext)), { kind: "retryable" });
  status = 200;
  contentType = "application/x-protobuf";
  t.match(await failureOf(exporter.consume(numberedBatch(1), emptyContext)), {
    kind: "permanent",
    message: "error parsing protobuf response: it is too long",
  });
  await until(() => peer.sockets.size === 0, "the connections are closed");
});

t.test("a body that is long but ends is read to its end, so that the connection can be used again", async (t) => {
  const peer = await startPeer(t);
  peer.reply = (_, response) => void response.writeHead(400).end(Buffer.alloc(100_000, "x"));
  const { exporter } = await startExporter(t, { endpoint: peer.endpoint, ...direct });
  for (let round = 0; round < 3; round++) {
    t.match(await failureOf(exporter.consume(numberedBatch(1), emptyContext)), { kind: "permanent" });
  }
  t.equal(new Set(peer.requests.map(({ socket }) => socket)).size, 1);
});

t.test(
  "a request whose answer does not come whole is worth another attempt, unless the status was final",
  async (t) => {
    const peer = await startPeer(t);
    const { exporter, settings } = await startExporter(t, { endpoint: peer.endpoint, timeout: "3s", ...direct });
    const half = (status: number) => (): void => {
      peer.reply = (request, response) => {
        response.writeHead(status, { "content-length": 100, "content-type": "application/x-protobuf" });
        response.write("half", () => request.socket.destroy());
      };
    };
    const ways: readonly (readonly [name: string, kind: string, prepare: () => void])[] = [
      ["reset before the answer", "retryable", () => (peer.reply = (request) => request.socket.resetAndDestroy())],
      ["closed before the answer", "retryable", () => (peer.reply = (request) => request.socket.end())],
      ["half of a 200", "retryable", half(200)],
      ["half of a 503", "retryable", half(503)],
      ["half of a 400", "permanent", half(400)],
      ["no answer", "retryable", () => (peer.reply = () => undefined)],
      [
        "head without body",
        "retryable",
        () => (peer.reply = (_, response) => void response.writeHead(200, { "content-length": 10 }).flushHeaders()),
      ],
    ];
    for (const [name, kind, prepare] of ways) {
      prepare();
      const failure = failureOf(exporter.consume(numberedBatch(1), emptyContext));
      if (name === "no answer" || name === "head without body") {
        await until(() => peer.requests.length > 0, "the request arrives");
        await settings.clock.advance(3000);
      }
      peer.requests.length = 0;
      t.match(await failure, { kind }, name);
    }
  },
);

t.test("a request is cut off in the middle of its body", async (t) => {
  const server = await startRaw(t, (socket) => {
    socket.once("data", () => socket.resetAndDestroy());
  });
  const { exporter } = await startExporter(t, { endpoint: server, compression: "none", ...direct });
  const error = await failureOf(exporter.consume(numberedBatch(5000, { padding: 500 }), emptyContext));
  t.match(error, {
    kind: "retryable",
    message: /^failed to make an HTTP request: Cannot reach 127\.0\.0\.1:\d+: connection closed by the peer/,
  });
});

t.test("1xx answers are passed over", async (t) => {
  const server = await startRaw(t, (socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 102 Processing\r\n\r\n");
      socket.write("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n");
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
  });
  const { exporter } = await startExporter(t, { endpoint: server, ...direct });
  await exporter.consume(numberedBatch(1), emptyContext);
});

t.test("a peer that is away, or speaks another protocol, is told in words", async (t) => {
  const gone = await HttpPeer.start();
  const { address } = gone;
  gone.stop();
  const away = await startExporter(t, { endpoint: `http://${address}`, ...direct });
  t.match(await failureOf(away.exporter.consume(numberedBatch(1), emptyContext)), {
    kind: "retryable",
    message: `failed to make an HTTP request: Cannot reach ${address}: connection refused, check that the backend runs and that "endpoint" names its port`,
  });
  const both = await startExporter(t, { endpoint: `http://localhost:${address.split(":")[1]}`, ...direct });
  t.match(
    (await failureOf(both.exporter.consume(numberedBatch(1), emptyContext))).message,
    /localhost:\d+: connection refused/,
  );

  const grpc = await startRaw(t, (socket) => socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])));
  const mistaken = await startExporter(t, { endpoint: grpc, ...direct });
  t.match(
    (await failureOf(mistaken.exporter.consume(numberedBatch(1), emptyContext))).message,
    /unexpected protocol, check that "endpoint" names the HTTP port, usually 4318/,
  );
  const unknown = await startExporter(t, { endpoint: "http://no-such-host.invalid:4318", ...direct });
  t.match(
    (await failureOf(unknown.exporter.consume(numberedBatch(1), emptyContext))).message,
    /no-such-host\.invalid:4318: host name not found/,
  );
});

t.test("a peer is found again when it comes back", async (t) => {
  const first = await HttpPeer.start();
  const { port, endpoint } = first;
  const { exporter } = await startExporter(t, { endpoint, ...direct });
  await exporter.consume(numberedBatch(1), emptyContext);
  first.stop();
  t.match(await failureOf(exporter.consume(numberedBatch(1), emptyContext)), { kind: "retryable" });
  const second = await HttpPeer.start({ port });
  t.teardown(() => second.stop());
  await exporter.consume(numberedBatch(1), emptyContext);
  t.equal(second.requests.length, 1);
});

t.test("shutdown ends a request that its peer does not answer", async (t) => {
  const peer = await startPeer(t);
  peer.reply = () => undefined;
  const { exporter, settings } = await startExporter(t, { endpoint: peer.endpoint, timeout: "0s" });
  await exporter.consume(numberedBatch(4), emptyContext);
  await until(() => peer.requests.length === 1, "the request arrives");
  await exporter.shutdown(AbortSignal.timeout(100));
  t.same(settings.ledger.droppedBy, { shutdown: 4 });
  await until(() => peer.sockets.size === 0, "the connection is closed");
});

t.test("a peer that never accepts costs the timeout", async (t) => {
  const peer = await startPeer(t);
  const { exporter, settings } = await startExporter(t, { endpoint: peer.endpoint, timeout: "5s", ...direct });
  peer.reply = () => undefined;
  const failure = failureOf(exporter.consume(numberedBatch(1), emptyContext));
  await until(() => peer.requests.length === 1, "the request arrives");
  await settings.clock.advance(5000);
  t.match(await failure, { kind: "retryable", message: "request timed out after 5s" });
});

t.test("keys without effect are told once", async (t) => {
  const peer = await startPeer(t);
  const { settings } = await startExporter(t, { endpoint: peer.endpoint, max_idle_conns: 5, http2_ping_timeout: "1s" });
  t.match(settings.logger.entries, [
    { level: "info", message: "Keys without effect here", fields: { keys: ["max_idle_conns", "http2_ping_timeout"] } },
  ]);
});

async function startRaw(t: Test, onSocket: (socket: import("node:net").Socket) => void): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  t.teardown(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
}
