import { writeFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { Secret } from "../../src/component/secret.ts";
import type { FactoryRegistry } from "../../src/component/factory-registry.ts";
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { fakeRegistry } from "./fake-registry.ts";

const base = `receivers: {otlp: {protocols: {grpc: }}}
processors: {batch: }
exporters: {debug: }
service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}
`;

function load(yaml: string, env: Readonly<Record<string, string>> = {}, registry = fakeRegistry): Promise<Config> {
  return loadConfig([{ uri: `yaml:${yaml}`, name: "c.yaml" }], registry, env);
}

/** The base with one exporter more. */
function withExporter(id: string, keys: string): string {
  return base.replace("{debug: }", `{debug: , ${id}: ${keys}}`);
}

t.test("loadConfig() gives a component without content its defaults", async (t) => {
  for (const empty of ["", "{}"]) {
    const config = await load(base.replace("batch: ", `batch: ${empty}`));
    t.strictSame(config.processors.get("batch")?.config, { timeout: 200, sendBatchSize: 8192, sendBatchMaxSize: 0 });
  }
  const config = await load(base);
  t.strictSame(config.receivers.get("otlp")?.config, {
    protocols: { grpc: { endpoint: "localhost:4317", includeMetadata: false } },
  });
  t.equal(config.service.telemetry.metrics.level, "normal");
  t.match(config.service.telemetry.metrics.readers, [
    { pull: { exporter: { prometheus: { host: "localhost", port: 8888, withoutTypeSuffix: true } } } },
  ]);
  t.strictSame(config.notices, []);
});

t.test("loadConfig() reads pipelines, names and references, with blanks trimmed", async (t) => {
  const yaml = `
receivers: {otlp/a/b: {protocols: {grpc: }}}
processors: {"batch / x": {timeout: 1s}}
exporters: {debug: , debug/2: {verbosity: Detailed}}
extensions: {zpages: }
service:
  extensions: [zpages]
  pipelines:
    traces/one: {receivers: [otlp/a/b], processors: [batch/x], exporters: [debug, debug/2]}
    metrics: {receivers: "otlp/a/b", exporters: "debug,debug/2"}
`;
  const config = await load(yaml);
  t.strictSame(
    [...config.service.pipelines.values()],
    [
      {
        id: "traces/one",
        signal: "traces",
        receivers: ["otlp/a/b"],
        processors: ["batch/x"],
        exporters: ["debug", "debug/2"],
      },
      { id: "metrics", signal: "metrics", receivers: ["otlp/a/b"], processors: [], exporters: ["debug", "debug/2"] },
    ],
  );
  t.strictSame(config.processors.get("batch/x")?.id, { type: "batch", name: "x", text: "batch/x" });
  t.match(config.exporters.get("debug/2")?.config, { verbosity: "detailed" });
  t.strictSame(config.service.extensions, ["zpages"]);
});

t.test("loadConfig() loads the code of just the components that are named", async (t) => {
  const loaded: string[] = [];
  const counting = fakeRegistry.map((entry) => ({
    ...entry,
    load: () => {
      loaded.push(`${entry.kind} ${entry.type}`);
      return entry.load();
    },
  })) as FactoryRegistry;
  await load(base.replace("{debug: }", "{debug: , debug/2: }"), {}, counting);
  t.strictSame(loaded, ["receiver otlp", "processor batch", "exporter debug"]);
});

t.test("a text field takes the original text of a variable, every other field what YAML makes of it", async (t) => {
  const env = { CODE: "0123", NUMBER: "12", LIST: "[a, b]" };
  const keys = "{note: '${CODE}', level: '${NUMBER}', token: '${CODE}', labels: {a: '${LIST}', b: 'x${CODE}'}}";
  const config = await load(withExporter("wavefront", keys), env);
  const decoded = config.exporters.get("wavefront")?.config as Record<string, unknown>;
  t.match(decoded, { note: "0123", level: 12, labels: { a: "[a, b]", b: "x0123" } });
  t.ok(decoded["token"] instanceof Secret && decoded["token"].reveal() === "0123");
});

t.test("an unset variable is the zero value, not the default, and is noticed", async (t) => {
  const config = await load(withExporter("wavefront", "{note: '${NOTE}', level: '${LEVEL}'}"));
  t.match(config.exporters.get("wavefront")?.config, { note: "", level: 0 });
  t.strictSame(config.notices, [
    'Configuration references unset environment variable "NOTE" (c.yaml:3:40); its value is null',
    'Configuration references unset environment variable "LEVEL" (c.yaml:3:58); its value is null',
  ]);
});

t.test("old spellings work, with one notice each", async (t) => {
  const yaml = withExporter("otlp", "{endpoint: x:1}").replace("{debug: ", "{debug: {Verbosity: normal}");
  const config = await load(yaml);
  t.match(config.exporters.get("debug")?.config, { verbosity: "normal" });
  t.equal(config.exporters.get("otlp")?.factory.type, "otlp_grpc", "the id keeps the old spelling");
  t.strictSame(config.notices, [
    'c.yaml:3:21 exporters::debug: key "Verbosity" is accepted, write "verbosity": letter case matters now',
    'c.yaml:3:41 exporters::otlp: "otlp" alias is deprecated; use "otlp_grpc" instead',
  ]);
  const second = await load(withExporter("wavefront", ""));
  t.strictSame(second.notices, [], "a second name is not an old spelling");
});

t.test("the old metrics address stands for the reader of today", async (t) => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["{address: ':8889'}", { host: "0.0.0.0", port: 8889 }],
    ["{address: 'localhost:1'}", { host: "localhost", port: 1 }],
    ["{address: '[::1]:8888'}", { host: "::1", port: 8888 }],
  ];
  const notice =
    "c.yaml:4:42 service::telemetry::metrics::address: is accepted, write readers: [{pull: {exporter: {prometheus: {host, port}}}}]";
  for (const [metrics, prometheus] of cases) {
    const config = await load(base.replace("service: {", `service: {telemetry: {metrics: ${metrics}}, `));
    t.match(config.service.telemetry.metrics, { level: "normal", readers: [{ pull: { exporter: { prometheus } } }] });
    t.notOk("address" in config.service.telemetry.metrics);
    t.strictSame(config.notices, [notice]);
  }
  const off = await load(base.replace("service: {", "service: {telemetry: {metrics: {address: ''}}, "));
  t.equal(off.service.telemetry.metrics.level, "none", "an empty address switched the port off");
  const both =
    "service: {telemetry: {metrics: {address: ':1', readers: [{pull: {exporter: {prometheus: {port: 2}}}}]}}, ";
  const kept = await load(base.replace("service: {", both));
  t.match(kept.service.telemetry.metrics.readers, [{ pull: { exporter: { prometheus: { port: 2 } } } }]);
  t.match(kept.notices, [/is ignored/]);
  await t.rejects(load(base.replace("service: {", "service: {telemetry: {metrics: {address: nowhere}}, ")), {
    message: /address: expected host:port such as localhost:8888, found "nowhere"/,
  });
});

t.test("a duration without unit is nanoseconds, as upstream has it, and that is said", async (t) => {
  const config = await load(base.replace("batch: ", "batch: {timeout: 10}"));
  t.match(config.processors.get("batch")?.config, { timeout: 10 / 1e6 });
  t.strictSame(config.notices, [
    "c.yaml:2:31 processors::batch::timeout: a number is nanoseconds, this is 10ns; write a unit, such as 10s",
  ]);
  t.strictSame((await load(base.replace("batch: ", "batch: {timeout: 0}"))).notices, []);
});

t.test("components that no pipeline uses are legal, but checked", async (t) => {
  const config = await load(base.replace("batch: ", "batch: , batch/unused: "));
  t.ok(config.processors.has("batch/unused"));
  await t.rejects(load(base.replace("batch: ", "batch: , batch/unused: {nosuch: 1}")), { message: /nosuch/ });
});

t.test("a Config cannot be changed", async (t) => {
  const config = await load(base);
  t.throws(() => Object.assign(config.receivers.get("otlp")?.config as object, { protocols: 1 }), TypeError);
  t.throws(() => Object.assign(config.service.pipelines.get("traces")?.receivers as object, ["x"]), TypeError);
  t.throws(() => Object.assign(config.service.telemetry.logs, { level: "debug" }), TypeError);
});

t.test("sources are files, variables and texts", async (t) => {
  const folder = t.testdir({ "windows.yaml": `\uFEFF${base.replaceAll("\n", "\r\n")}` });
  const file = path.join(folder, "windows.yaml");
  for (const uri of [file, `file:${file}`, "env:ALL"]) {
    const config = await loadConfig([{ uri }], fakeRegistry, { ALL: base });
    t.ok(config.exporters.has("debug"), uri);
  }
  const two = [{ uri: file }, { uri: "yaml:exporters::debug::verbosity: detailed" }, { uri: "yaml:" }];
  const merged = await loadConfig(two, fakeRegistry, {});
  t.match(merged.exporters.get("debug")?.config, { verbosity: "detailed" });

  writeFileSync(path.join(folder, "latin1.yaml"), Buffer.from("receivers: {\xe9: }", "latin1"));
  const cases: readonly (readonly [string, RegExp])[] = [
    ["nosuch.yaml", /unable to read the file file:nosuch.yaml: no such file \(working directory .+\)$/],
    [folder, /unable to read the file .*: it is a directory$/],
    [path.join(folder, "latin1.yaml"), /it is not UTF-8 text; save it as UTF-8$/],
    ["ftp:x", /unsupported scheme on URI "ftp:x" \(valid schemes: env, file, http, https, yaml\)$/],
    ["env:NOSUCH-NAME", /has invalid name/],
  ];
  for (const [uri, message] of cases) await t.rejects(loadConfig([{ uri }], fakeRegistry, {}), { message }, uri);
});

t.test("only the first YAML document counts, and that is said", async (t) => {
  const config = await load(`${base}---\nexporters: {nosuch: }\n`);
  t.strictSame(config.notices, ["c.yaml: only the first of 2 YAML documents is used"]);
});
