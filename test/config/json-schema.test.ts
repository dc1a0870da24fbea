import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import t from "tap";
import { presetText } from "../../src/cli/presets.ts";
import { ConfigError } from "../../src/config/config-error.ts";
import { configSchema } from "../../src/config/json-schema.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { parseYaml } from "../../src/config/parse-yaml.ts";
import { plainValue } from "../../src/config/shape.ts";
import { distribution } from "../../src/distribution.ts";
import { corpusEnvironment } from "./outcome.ts";

const folder = path.join(import.meta.dirname, "corpus");
const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
const schema = await configSchema(distribution);
const check = new Ajv({ strict: false, allErrors: true }).compile(schema);

/** Where an editor says otherwise than `otelcol validate`, and why. */
const differences: Readonly<Record<string, string>> = {
  "runs-logging-camel-case.yaml": "a key in another letter case is accepted for old files; the editor asks for today's",
  "runs-users-guide.yaml": "the same",
  "value-from-environment.yaml": "what a variable holds is known only where it is set",
};

function asWritten(text: string): unknown {
  const { node } = parseYaml(text, "c.yaml");
  return node === undefined ? undefined : plainValue(node);
}

t.test("the JSON Schema takes and refuses what validate does", async (t) => {
  for (const name of names) {
    const text = readFileSync(path.join(folder, name), "utf8");
    const error: unknown = await loadConfig([{ uri: `yaml:${text}`, name }], distribution, corpusEnvironment).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    // What is no YAML, or refers to what is not there, has no value that a schema could see.
    if (error instanceof ConfigError && error.phase === "resolve") continue;
    const isTaken = check(asWritten(text));
    // Rules between parts are beyond a schema: there it may take what validate refuses.
    if (error instanceof ConfigError && error.phase === "validate") continue;
    const expected = (error === undefined) !== Object.hasOwn(differences, name);
    t.equal(isTaken, expected, `${name}: ${isTaken ? "taken" : JSON.stringify(check.errors?.slice(0, 3))}`);
  }
  t.ok(Object.keys(differences).every((name) => names.includes(name)));
});

t.test("the presets are taken by the JSON Schema, and a slip in one is refused", async (t) => {
  for (const name of ["local", "airflow", "production"] as const) {
    const text = presetText(name, { listenHost: undefined, portOffset: 0, wavefront: undefined, inContainer: false });
    t.ok(check(asWritten(text)), JSON.stringify(check.errors));
    t.notOk(check(asWritten(text.replace("memory_limiter:", "memory_limitr:"))));
    t.notOk(check(asWritten(text.replace("check_interval: 1s", "check_interval: 1 second"))));
  }
});

t.test("the JSON Schema carries the words, defaults and names that editors show", async (t) => {
  const text = JSON.stringify(schema);
  t.match(text, "Time after which a batch is sent whatever its size");
  t.match(text, '"default":"200ms"');
  t.notMatch(text, /undefined|\[object/);
  t.ok(text.length < 300_000, `${text.length} characters`);
  for (const { type, aliases = [] } of distribution) {
    for (const one of [type, ...aliases]) t.ok(text.includes(`"^\\\\s*${one}(`), one);
  }
});
