import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { airflowLines, parseWavefrontUrl, presetText, type PresetOptions } from "../../src/cli/presets.ts";
import { presetNames } from "../../src/cli/preset-flags.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { distribution } from "../../src/distribution.ts";
import { root, until } from "../e2e/collector-process.ts";

const bin = path.join(root, "bin/otelcol");
const plain: PresetOptions = { listenHost: undefined, portOffset: 0, wavefront: undefined, inContainer: false };
const variants: Readonly<Record<string, PresetOptions>> = {
  plain,
  "in a container": { ...plain, inContainer: true },
  "with an IPv6 host and other ports": { ...plain, listenHost: "::1", portOffset: 1000 },
  "with Wavefront": { ...plain, wavefront: parseWavefrontUrl("http://proxy") },
};

for (const name of presetNames) {
  for (const [what, options] of Object.entries(variants)) {
    t.test(`preset ${name} ${what} is valid without a notice`, async (t) => {
      const text = presetText(name, options);
      const config = await loadConfig([{ uri: `yaml:${text}`, name }], distribution, {});
      t.strictSame(config.notices, []);
      t.equal(config.exporters.has("tanzuobservability"), options.wavefront !== undefined);
      t.notMatch(text, /\n\n\n|[ \t]\n|undefined/, "it looks written by hand");
      t.match(text, /\n$/);
    });
  }
}

t.test("the preset for Airflow listens where Airflow sends without further settings", async (t) => {
  const text = presetText("airflow", plain);
  const config = await loadConfig([{ uri: `yaml:${text}` }], distribution, {});
  t.match(config.receivers.get("otlp/airflow")?.config, { protocols: { http: { endpoint: "localhost:8889" } } });
  for (const pipeline of config.service.pipelines.values()) t.strictSame(pipeline.receivers, ["otlp", "otlp/airflow"]);
  const lines = airflowLines({ ...plain, listenHost: "otelcol.example.com", portOffset: 100 });
  t.match(lines, "OTEL_EXPORTER_OTLP_ENDPOINT=http://otelcol.example.com:4418\n");
  t.match(lines, "AIRFLOW__TRACES__OTEL_PORT=4418\n");
  for (const line of airflowLines(plain).split("\n")) if (line !== "") t.ok(text.includes(line), line);
});

t.test("parseWavefrontUrl() knows the usual ports", async (t) => {
  t.strictSame(parseWavefrontUrl("http://proxy/"), { traces: "http://proxy:30001", metrics: "http://proxy:2878" });
  t.strictSame(parseWavefrontUrl("http://proxy:2878"), { traces: "http://proxy:2878", metrics: "http://proxy:2878" });
  t.strictSame(parseWavefrontUrl("https://[::1]:443"), { traces: "https://[::1]:443", metrics: "https://[::1]:443" });
  for (const text of ["proxy", "proxy:2878", "", "ftp://proxy"]) t.throws(() => parseWavefrontUrl(text), text);
});

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program, until `isDone` says that it may be interrupted, or to its end. */
async function otelcol(args: readonly string[], isDone?: (stderr: string) => boolean): Promise<Outcome> {
  const child = spawn(process.execPath, [bin, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  if (isDone !== undefined) {
    await until("it says what it runs", () => isDone(stderr));
    child.kill("SIGINT");
  }
  return { code: await ended, stdout, stderr };
}

t.test("otelcol without a configuration runs the preset, with --set over it", async (t) => {
  const ports = ["grpc", "http"].map((name) => `--set=receivers.otlp.protocols.${name}.endpoint=127.0.0.1:0`);
  const more = ["--set=extensions.zpages.endpoint=127.0.0.1:0", "--set=service.telemetry.metrics.level=none"];
  const airflow =
    "--set=receivers={otlp: {protocols: {grpc: {endpoint: '127.0.0.1:0'}, http: {endpoint: '127.0.0.1:0'}}}, " +
    "otlp/airflow: {protocols: {http: {endpoint: '127.0.0.1:0'}}}}";
  const local = await otelcol([...ports, ...more], (stderr) => stderr.includes("writes it to a file"));
  t.equal(local.code, 0, local.stderr);
  t.match(local.stderr, /No --config: running the preset "local"; "otelcol init" writes it to a file\./);
  const hint = await otelcol(["--preset=airflow", airflow, ...more], (stderr) => stderr.includes("Airflow 2.10"));
  t.equal(hint.code, 0, hint.stderr);
  t.match(hint.stderr, "\nAIRFLOW__TRACES__OTEL_ON=True\n");
});

t.test("what changes the preset is refused beside a configuration, and wrong values are told", async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    [
      "--config=x.yaml --port-offset=1",
      "--port-offset changes what runs without --config; change the file instead, or use --set PATH=VALUE",
    ],
    ["--port-offset=-1", 'invalid argument "-1" for "--port-offset" flag: expected a number from 0 to 9856'],
    ["--listen-host=a:1/", 'invalid argument "a:1/" for "--listen-host" flag: expected a host without a port'],
    [
      "--wavefront=proxy",
      'invalid argument "proxy" for "--wavefront" flag: expected a URL such as http://localhost or http://localhost:2878',
    ],
    [
      "--preset=airfow",
      'invalid argument "airfow" for "--preset" flag; did you mean "airflow"? (valid values: local, airflow)',
    ],
  ];
  for (const [line, message] of cases) {
    t.strictSame(await otelcol(line.split(" ")), { code: 1, stdout: "", stderr: `Error: ${message}\n` });
  }
});

t.test("otelcol init writes a file once, and replaces it only with --force", async (t) => {
  const file = path.join(t.testdir({}), "c.yaml");
  const first = await otelcol(["init", "--preset=Production", "-o", file]);
  t.strictSame(first, { code: 0, stdout: `Wrote ${file}. Run it: otelcol --config ${file}\n`, stderr: "" });
  t.equal(readFileSync(file, "utf8"), presetText("production", plain));
  const second = await otelcol(["init", "-o", file]);
  t.match(second, { code: 1, stderr: /^Error: Cannot write .*: it is there already; .*--force\n$/ });
  t.equal((await otelcol(["init", "-o", file, "--force"])).code, 0);
  t.equal(readFileSync(file, "utf8"), presetText("local", plain));
  t.equal((await otelcol(["init", "--output=-"])).stdout, presetText("local", plain));
});
