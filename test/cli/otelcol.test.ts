import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import t, { type Test } from "tap";
import { CollectorProcess, freePort, root, until } from "../e2e/collector-process.ts";

const bin = path.join(root, "bin/otelcol");
const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { readonly version: string };

const quiet = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
exporters: {debug: }
service:
  telemetry: {metrics: {level: none}}
  pipelines: {traces: {receivers: [otlp], exporters: [debug]}}
`;

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function otelcol(...args: readonly string[]): Result {
  const options = { cwd: root, encoding: "utf8", timeout: 20_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], options);
  return { status, stdout, stderr };
}

t.test("otelcol --version and --help answer on stdout", async (t) => {
  for (const flag of ["--version", "-v"]) {
    t.strictSame(otelcol(flag), { status: 0, stdout: `otelcol version ${version}\n`, stderr: "" }, flag);
  }
  for (const flag of ["--help", "-h", "help"]) {
    const { status, stdout, stderr } = otelcol(flag);
    t.strictSame([status, stderr], [0, ""]);
    t.match(stdout, /--config FILE/);
  }
});

t.test("a wrong command line is one line on stderr and exit code 1", async (t) => {
  const unknown = otelcol("--confg", "x");
  t.strictSame(unknown, { status: 1, stdout: "", stderr: "Error: unknown flag: --confg; did you mean --config?\n" });
  t.match(otelcol("validate"), { status: 1, stderr: /^Error: at least one config flag must be provided, .*\n$/ });
  t.match(otelcol("start"), { status: 1, stderr: /^Error: unknown command "start" for "otelcol" .*\n$/ });
});

t.test("a wrong configuration is explained without a stack trace, with exit code 1", async (t) => {
  const folder = t.testdir({ "c.yaml": quiet.replace("[debug]", "[debgu]") });
  const file = path.join(folder, "c.yaml");
  const expected = [
    "Error: invalid configuration:",
    `${file}:6:55 service::pipelines::traces: references exporter "debgu" which is not configured; did you mean "debug"?`,
    "    6 |   pipelines: {traces: {receivers: [otlp], exporters: [debgu]}}",
    "      |                                                       ^^^^^",
    "",
  ].join("\n");
  for (const command of [[], ["validate"]]) {
    t.strictSame(otelcol(...command, "--config", file), { status: 1, stdout: "", stderr: expected });
  }
  t.match(otelcol("--config=nosuch.yaml"), {
    status: 1,
    stderr:
      /^Error: failed to get config: cannot resolve the configuration:\nunable to read the file file:nosuch.yaml: .*\n$/,
  });
});

t.test("an unset variable is named before the error that it causes", async (t) => {
  const folder = t.testdir({ "c.yaml": quiet.replace("debug: }", "debug: {verbosity: '${OTELCOL_TEST_NOT_SET}'}}") });
  const { status, stderr } = otelcol("--config", path.join(folder, "c.yaml"));
  t.equal(status, 1);
  t.match(stderr, /^Warning: Configuration references unset environment variable "OTELCOL_TEST_NOT_SET" .*\nError: /);
});

t.test("validate says nothing of a valid configuration, such as every one in config/", async (t) => {
  const names = readdirSync(path.join(root, "config")).filter((name) => name.endsWith(".yaml"));
  t.ok(names.includes("otel-local-config.yaml"));
  for (const name of names) {
    const result = otelcol("validate", "--config", path.join("config", name));
    t.strictSame(result, { status: 0, stdout: "", stderr: "" }, name);
  }
});

t.test("files are merged in order, and --set goes over all of them", async (t) => {
  const folder = t.testdir({ "base.yaml": quiet, "over.yaml": "exporters: {debug: {verbosity: loud}}\n" });
  const base = ["validate", "--config", path.join(folder, "base.yaml")];
  const over = [...base, "--config", path.join(folder, "over.yaml")];
  t.equal(otelcol(...base).status, 0);
  t.match(otelcol(...over), { status: 1, stderr: /over\.yaml:1:32 exporters::debug::verbosity: invalid value "loud"/ });
  t.equal(otelcol("--set=exporters.debug.verbosity=normal", ...over).status, 0);
});

for (const [signal, name] of [
  ["SIGINT", "interrupt"],
  ["SIGTERM", "terminated"],
] as const) {
  t.test(`${signal} drains, prints the ledger as the last line and exits with 0`, async (t) => {
    const collector = await CollectorProcess.start(quiet);
    await until("the table is printed", () => collector.stderr.includes("REACHABLE FROM"));
    t.match(collector.stderr, /\n {2}\d+ +OTLP .*127\.0\.0\.1/, "the port, its protocol and its address");
    t.equal(await collector.stop(signal), 0);
    t.match(collector.stderr, new RegExp(`Received signal from OS\t.*"signal": "${name}"`));
    t.match(collector.stderr, /Shutdown complete\./);
    const last = collector.stderr.trimEnd().split("\n").at(-1);
    t.equal(last, "Ledger: received 0, refused 0, sent 0, queued 0, dropped 0");
    t.equal(collector.stdout, "");
  });
}

t.test("where programs read the log, ports and ledger are entries of it", async (t) => {
  const collector = await CollectorProcess.start(quiet.replace("metrics:", "logs: {encoding: json}, metrics:"));
  await until("the port is logged", () => collector.stderr.includes('"Listening"'));
  t.equal(await collector.stop(), 0);
  const entries = collector.stderr
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  t.match(
    entries.find((entry) => entry["msg"] === "Listening"),
    { port: Number, protocol: String, reach: String },
  );
  t.match(entries.at(-1), { msg: "Ledger", received: 0, dropped: {} });
});

/** A span for a Wavefront proxy that takes requests and never answers: the exporter has something to drain. */
async function startWithStuckExporter(t: Test, ...args: readonly string[]): Promise<CollectorProcess> {
  const proxy = createServer(() => {}).listen(0, "127.0.0.1");
  t.teardown(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  await once(proxy, "listening");
  const address = proxy.address();
  if (address === null || typeof address === "string") throw new Error("Cannot listen: no address");
  const port = await freePort();
  const yaml = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}
exporters: {tanzuobservability: {traces: {endpoint: "http://127.0.0.1:${address.port}"}}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {traces: {receivers: [otlp], exporters: [tanzuobservability]}}
`;
  const collector = await CollectorProcess.start(yaml, { args, env: { npm_command: "exec" } });
  const span = {
    traceId: "1".repeat(32),
    spanId: "1".repeat(16),
    name: "stuck",
    startTimeUnixNano: "1",
    endTimeUnixNano: "2",
  };
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  const headers = { "content-type": "application/json" };
  const response = await fetch(`http://127.0.0.1:${port}/v1/traces`, { method: "POST", headers, body });
  if (response.status !== 200) throw new Error(`Cannot send a span: ${response.status} ${await response.text()}`);
  return collector;
}

t.test("a second signal exits at once, not with 0", async (t) => {
  const collector = await startWithStuckExporter(t, "--shutdown-timeout=60s");
  collector.child.kill("SIGTERM");
  await until("it drains", () => collector.stderr.includes("Received signal from OS"));
  t.equal(collector.child.exitCode, null, "it waits for the proxy");
  const startMs = performance.now();
  t.equal(await collector.stop("SIGTERM"), 143);
  t.ok(performance.now() - startMs < 2000);
});

t.test("one Ctrl-C that arrives twice is not a second signal", async (t) => {
  const collector = await startWithStuckExporter(t, "--shutdown-timeout=1s");
  // As from npx: the terminal's own and the one that is passed on.
  collector.child.kill("SIGINT");
  await until("the first came", () => collector.stderr.includes("Received signal from OS"));
  collector.child.kill("SIGINT");
  await collector.exited();
  t.match(collector.stderr, /dropped 1 \(shutdown 1\)/, "it drained");
  await collector.stop();
});

t.test("draining ends at --shutdown-timeout, and the ledger says what was lost", async (t) => {
  const collector = await startWithStuckExporter(t, "--shutdown-timeout=500ms");
  const startMs = performance.now();
  await collector.stop("SIGTERM");
  const took = performance.now() - startMs;
  t.ok(took >= 450 && took < 3500, `${took} ms`);
  const last = collector.stderr.trimEnd().split("\n").at(-1);
  t.equal(last, "Ledger: received 1, refused 0, sent 0, queued 0, dropped 1 (shutdown 1)");
});

t.test("an error that nobody caught is logged with its stack, and drained from with exit code 1", async (t) => {
  const folder = t.testdir({ "defect.mjs": 'setTimeout(() => { throw new Error("a defect"); }, 1500);' });
  const env = { NODE_OPTIONS: `--import=${path.join(folder, "defect.mjs")}` };
  const collector = await CollectorProcess.start(quiet, { env });
  t.equal(await collector.exited(), 1);
  t.match(collector.stderr, /\terror\t.*Unexpected error, shutting down.*a defect.*defect\.mjs/);
  t.match(collector.stderr.trimEnd().split("\n").at(-1), /^Ledger: /);
  await collector.stop();
});

t.test("a console that is closed does not end it", async (t) => {
  const collector = await CollectorProcess.start(quiet);
  await until("the table is printed", () => collector.stderr.includes("REACHABLE FROM"));
  collector.child.stderr?.destroy();
  collector.child.stdout?.destroy();
  t.equal(await collector.stop(), 0);
});

t.test("a failed start says which part, and exits with 1", async (t) => {
  const port = await freePort();
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  const yaml = quiet.replace("127.0.0.1:0", `127.0.0.1:${port}`);
  const collector = await CollectorProcess.start(yaml, { ready: false });
  t.equal(await collector.exited(), 1);
  t.match(collector.stderr, /\nError: cannot start pipelines: failed to start "otlp" receiver: .*\n$/);
  t.match(collector.stderr, new RegExp(`${port}.* in use`));
  t.notMatch(collector.stderr, /\n\s+at /, "no stack trace");
  await collector.stop();
  server.close();
});

t.test("it does not stay behind when the npx that started it is killed", async (t) => {
  const file = path.join(t.testdir({ "c.yaml": quiet }), "c.yaml");
  // npm runs a command through a shell, which does not pass signals on.
  const line = `"${process.execPath}" "${bin}" --config "${file}"; true`;
  const env = { ...process.env, npm_command: "exec" };
  const shell = spawn("sh", ["-c", line], { cwd: root, env, stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  shell.stderr.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  await until("it is ready", () => text.includes("REACHABLE FROM"));
  shell.kill("SIGTERM");
  await until("it has drained", () => text.includes("Ledger: "));
  t.match(text, /The npm process that started the collector is gone, shutting down/);
});

t.test("a link to bin/otelcol works, as npm makes one", async (t) => {
  const folder = t.testdir({});
  const link = path.join(folder, "otelcol");
  symlinkSync(bin, link);
  const { status, stdout } = spawnSync(process.execPath, [link, "--version"], { encoding: "utf8" });
  t.strictSame([status, stdout], [0, `otelcol version ${version}\n`]);
});

t.test("bin/otelcol has no syntax that an old Node.js cannot read", async (t) => {
  const text = readFileSync(bin, "utf8").replaceAll(/\/\/.*|\/\*[^]*?\*\//g, "");
  for (const [what, pattern] of [
    ["optional chaining", /\?\./],
    ["nullish coalescing", /\?\?/],
    ["private fields", /#\w+\s*=/],
    ["top-level await", /^await /m],
    ["static imports", /^import .* from/m],
  ] as const) {
    t.notMatch(text, pattern, what);
  }
});

/** A copy of bin/ in a folder of its own, run by a Node.js that says it is older. */
function oldNode(folder: string): Result {
  mkdirSync(path.join(folder, "bin"));
  mkdirSync(path.join(folder, "src/cli"), { recursive: true });
  for (const name of ["bin/otelcol", "bin/package.json", "package.json"]) {
    writeFileSync(path.join(folder, name), readFileSync(path.join(root, name)));
  }
  writeFileSync(path.join(folder, "src/cli/main.ts"), "");
  const pretend = path.join(folder, "pretend.cjs");
  writeFileSync(pretend, "Object.defineProperty(process.versions, 'node', { value: '14.21.3' });");
  const args = ["--require", pretend, path.join(folder, "bin/otelcol"), "--version"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { status, stdout, stderr };
}

t.test("a Node.js that is too old says so in one line, with what to do", async (t) => {
  const { status, stdout, stderr } = oldNode(t.testdir({}));
  t.strictSame([status, stdout], [1, ""]);
  t.match(stderr, /^Error: otelcol needs Node\.js 22\.19 or newer, this is 14\.21\.3 \(.+\): .*npm ci.*\n$/);
});

t.test("an old Node.js hands over to the one of the checkout, and takes it along when it is killed", async (t) => {
  const folder = t.testdir({});
  const pretend = path.join(folder, "pretend.cjs");
  // Only the launcher pretends: the process that it starts has another parent.
  const condition = `if (process.env.OTELCOL_LAUNCHER === undefined)`;
  writeFileSync(pretend, `${condition} Object.defineProperty(process.versions, 'node', { value: '14.21.3' });`);
  const file = path.join(folder, "c.yaml");
  writeFileSync(file, quiet);
  const start = (): { readonly stderr: () => string; readonly child: ReturnType<typeof spawn> } => {
    const args = ["--require", pretend, bin, "--config", file];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    return { stderr: () => text, child };
  };
  const stopped = start();
  await until("it is ready", () => stopped.stderr().includes("REACHABLE FROM"));
  stopped.child.kill("SIGTERM");
  const [code] = (await once(stopped.child, "exit")) as [number | null];
  t.equal(code, 0);
  t.match(stopped.stderr(), /Ledger: received 0/);

  const killed = start();
  await until("it is ready", () => killed.stderr().includes("REACHABLE FROM"));
  const port = /endpoint": "127\.0\.0\.1:(\d+)"/.exec(killed.stderr())?.[1];
  t.ok(port);
  killed.child.kill("SIGKILL");
  await until("the port is free again", async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/`).then(
      () => "answers",
      () => "gone",
    );
    return answer === "gone";
  });
});
