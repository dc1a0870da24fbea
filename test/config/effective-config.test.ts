import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { ConfigError } from "../../src/config/config-error.ts";
import { effectiveConfig, type EffectiveOptions } from "../../src/config/effective-config.ts";
import { distribution } from "../../src/distribution.ts";
import { corpusEnvironment } from "./outcome.ts";

const folder = path.join(import.meta.dirname, "corpus");
const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
const whole: EffectiveOptions = { isRedacted: false, isChecked: true };

async function effective(text: string, options = whole): Promise<Readonly<Record<string, unknown>>> {
  return (await effectiveConfig([{ uri: `yaml:${text}`, name: "c" }], distribution, corpusEnvironment, options)).value;
}

t.test("what a valid configuration comes to is valid, and comes to itself", async (t) => {
  for (const name of names.filter((one) => one.startsWith("runs-"))) {
    const value = await effective(readFileSync(path.join(folder, name), "utf8"));
    t.strictSame(await effective(JSON.stringify(value)), value, name);
  }
});

t.test("any configuration that can be read is printed without checks", async (t) => {
  for (const name of names) {
    const text = readFileSync(path.join(folder, name), "utf8");
    const shown = await effective(text, { isRedacted: true, isChecked: false }).catch((error: unknown) => error);
    const isUnreadable = shown instanceof ConfigError && shown.phase === "resolve";
    t.ok(isUnreadable || !(shown instanceof Error), name);
  }
});

t.test("defaults are filled in, empty keys are the zero of their type, old spellings are today's", async (t) => {
  const value = await effective(`
receivers: {"otlp / a": {protocols: {grpc: }}}
processors: {batch: {timeout: 90s, send_batch_size: , metadata_keys: "a,b"}}
exporters: {debug: {verbosity: Detailed}, otlp_http: {endpoint: "http://u:pw@h:1", headers: [{name: a, value: '$\${X}'}]}}
service:
  telemetry: {metrics: {address: ":9999"}}
  pipelines: {traces: {receivers: "otlp/a", exporters: [debug]}}
`);
  t.match(value, {
    receivers: { "otlp/a": { protocols: { grpc: { endpoint: "localhost:4317", max_recv_msg_size_mib: 0 } } } },
    processors: { batch: { timeout: "1m30s", send_batch_size: 0, metadata_keys: ["a", "b"], send_batch_max_size: 0 } },
    exporters: { debug: { verbosity: "detailed" }, otlp_http: { headers: { a: "$${X}" } } },
    service: {
      telemetry: {
        logs: { level: "info" },
        metrics: {
          readers: [{ pull: { exporter: { prometheus: { host: "0.0.0.0", port: 9999, without_units: true } } } }],
        },
      },
      pipelines: { traces: { receivers: ["otlp/a"], processors: [] } },
    },
  });
  t.notMatch(JSON.stringify(value), /"http":/, "a protocol that is not written stays off");
});

t.test("secrets are redacted: fields for them, headers, and passwords in URLs", async (t) => {
  const text = `
receivers: {otlp: {protocols: {http: {response_headers: {a: hush1}}}}}
exporters: {otlp_http: {endpoint: "http://u:hush2@h:1", headers: [{name: authorization, value: "Bearer hush3"}]}}
extensions: {bearertokenauth: {token: hush4}, basicauth: {client_auth: {username: joe, password: hush5}}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [otlp_http]}}}
`;
  const shown = JSON.stringify(await effective(text, { isRedacted: true, isChecked: true }));
  t.notMatch(shown, /hush/);
  t.equal(shown.match(/\[REDACTED\]/g)?.length, 5);
  const plain = JSON.stringify(await effective(text));
  for (const n of [1, 2, 3, 4, 5]) t.ok(plain.includes(`hush${n}`));
});
