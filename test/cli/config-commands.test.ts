import { spawnSync } from "node:child_process";
import path from "node:path";
import t from "tap";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load-config.ts";
import { distribution } from "../../src/distribution.ts";
import { root } from "../e2e/collector-process.ts";

const bin = path.join(root, "bin/otelcol");
const valid = "config/otel-local-config.yaml";

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function otelcol(...args: readonly string[]): Result {
  const options = { cwd: root, encoding: "utf8", timeout: 30_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], options);
  return { status, stdout, stderr };
}

t.test("otelcol validate --format json gives every issue its place", async (t) => {
  const folder = t.testdir({ "c.yaml": "receivers:\n  otpl:\nexporters:\n  debug: {verbosty: 1}\n" });
  const file = path.join(folder, "c.yaml");
  const { status, stdout, stderr } = otelcol("validate", "--format=json", "--config", file);
  t.strictSame([status, stderr], [1, ""]);
  const report = JSON.parse(stdout) as unknown;
  t.match(report, {
    valid: false,
    phase: "unmarshal",
    issues: [
      { file, line: 1, column: 1, path: "service::pipelines", message: "service must have at least one pipeline" },
      { file, line: 2, column: 3, length: 4, path: "receivers", message: /did you mean "otlp"\?$/ },
      { file, line: 4, column: 11, length: 8, path: "exporters::debug", message: /^has invalid keys: verbosty/ },
    ],
    notices: [],
  });
  const good = otelcol("validate", "--format", "JSON", "--config", valid);
  t.equal(good.status, 0);
  t.match(JSON.parse(good.stdout), { valid: true, phase: null, issues: [], notices: [/logLevel/] });

  const sarif = otelcol("validate", "--format=sarif", "--config", file);
  t.equal(sarif.status, 1);
  t.match(JSON.parse(sarif.stdout), {
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "otelcol" } },
        results: [
          {},
          {
            level: "error",
            message: { text: /^receivers: unknown type/ },
            locations: [{ physicalLocation: { region: { startLine: 2, startColumn: 3, endColumn: 7 } } }],
          },
          {},
        ],
      },
    ],
  });
});

t.test("otelcol print-config prints YAML and JSON of the same, which is a configuration", async (t) => {
  const yaml = otelcol("print-config", "--config", valid, "--set=processors.batch.timeout=3s");
  t.equal(yaml.status, 0);
  t.match(yaml.stderr, /^Warning: .*logLevel.*\n$/);
  const value = parse(yaml.stdout) as Record<string, unknown>;
  t.match(value, { processors: { batch: { timeout: "3s", send_batch_size: 8192 } } });
  const json = otelcol("print-initial-config", "--format=json", "--config", valid, "--set=processors.batch.timeout=3s");
  t.strictSame(JSON.parse(json.stdout), value);
  await t.resolves(loadConfig([{ uri: `yaml:${yaml.stdout}` }], distribution, {}));

  t.match(otelcol("print-config", "--config=nosuch.yaml"), {
    status: 1,
    stdout: "",
    stderr: /^Error: failed to get config/,
  });
  const wrong = ["print-config", "--config", valid, "--set=processors.batch.nosuch=1"];
  t.equal(otelcol(...wrong).status, 1);
  t.match(otelcol(...wrong, "--validate=false"), { status: 0, stdout: /metadata_keys: \[\]\n/ });
});

t.test("otelcol components lists everything in upstream's layout", async (t) => {
  const { status, stdout, stderr } = otelcol("components");
  t.strictSame([status, stderr], [0, ""]);
  const list = parse(stdout) as Record<string, readonly { readonly name: string }[]>;
  t.strictSame(Object.keys(list), [
    "buildinfo",
    "receivers",
    "processors",
    "exporters",
    "connectors",
    "extensions",
    "providers",
  ]);
  for (const { kind, type } of distribution)
    t.ok(
      list[`${kind}s`]?.some(({ name }) => name === type),
      `${kind} ${type}`,
    );
  t.match(list["exporters"]?.[0], {
    name: "debug",
    module: /^otelcol\/exporters\/debug v/,
    stability: { traces: "Alpha" },
  });
});
