import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import type { GenericSchema } from "valibot";
import { ConfigError } from "../../src/config/config-error.ts";
import { explain, type Explained } from "../../src/config/explain.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { mapForm, notesOf } from "../../src/config/schema-forms.ts";
import { distribution } from "../../src/distribution.ts";

const root = path.join(import.meta.dirname, "../..");
const documents = globSync(["README.md", "ARCHITECTURE.md", "docs/*.md", "src/**/README.md"], { cwd: root });

/** What an example leaves out because it shows one part. */
const leftOut =
  /^no (receiver|exporter) configuration|^service must have at least one pipeline|^must have at least one (receiver|exporter)|^references .* which is not (configured|started)/;

t.test("every YAML example of the documents is valid, but for what it leaves out", async (t) => {
  let count = 0;
  for (const name of documents) {
    const text = readFileSync(path.join(root, name), "utf8");
    for (const { 1: yaml = "", index } of text.matchAll(/^```ya?ml\n([^]*?)^```$/gm)) {
      const line = text.slice(0, index).split("\n").length;
      // A part without its section, such as the keys of one component, says so by where it stands.
      if (!/^(receivers|processors|exporters|extensions|service):/m.test(yaml)) continue;
      count++;
      const environment = Object.fromEntries(
        [...yaml.matchAll(/\$\{(?:env:)?(\w+)/g)].map(([, one = ""]) => [one, "x"]),
      );
      const problems = await loadConfig([{ uri: `yaml:${yaml}`, name: "example" }], distribution, environment).then(
        () => [],
        (error: unknown) => {
          if (!(error instanceof ConfigError)) throw error;
          return error.issues.map(({ path: where, message }) => `${where}: ${message}`);
        },
      );
      const real = problems.filter((problem) => !leftOut.test(problem.replace(/^[\w/:]*?: /, "")));
      t.strictSame(real, [], `${name}:${line}`);
    }
  }
  t.ok(count >= 15, `${count} examples`);
});

/** All keys below, with the paths of sections in front: `protocols::grpc::endpoint`. */
function keysBelow(schema: GenericSchema, prefix = ""): ReadonlyMap<string, GenericSchema> {
  const result = new Map<string, GenericSchema>();
  for (const [key, child] of Object.entries(mapForm(schema)?.entries ?? {})) {
    result.set(prefix + key, child);
    for (const [inner, one] of keysBelow(child, `${prefix}${key}::`)) result.set(inner, one);
  }
  return result;
}

interface Row {
  readonly keys: readonly string[];
  readonly default: string;
}

/** The rows of the tables of keys and defaults under "Configuration" whose first cell is nothing but keys. */
function rowsOf(readme: string): readonly Row[] {
  const [, section = ""] = /^## Configuration\n([^]*?)^## /m.exec(readme) ?? [];
  const tables = section.match(/^\|.*\n(?:\|.*\n)*/gm) ?? [];
  const lines = tables.filter((table) => /^\|[^|]*\| *default/i.test(table)).flatMap((table) => table.split("\n"));
  return lines.flatMap((line) => {
    const [, keys, value = ""] = /^\| *(`[a-z][\w:]*`(?:, *`[a-z][\w:]*`)*) *\|([^|]*)\|/.exec(line) ?? [];
    if (keys === undefined) return [];
    return [{ keys: [...keys.matchAll(/`([^`]+)`/g)].map(([, key = ""]) => key), default: value.trim() }];
  });
}

/** Whether a README's cell says what the schema says; words such as "none", "on" and "see below" are not compared. */
function isSameDefault(cell: string, schema: GenericSchema): boolean {
  const literal = /^`([^`]*)`$/.exec(cell)?.[1];
  const value = notesOf(schema).default;
  if (literal === undefined) return true;
  if (value === undefined) return true;
  const text = Array.isArray(value) ? `[${value.map((one) => (one === "" ? '""' : String(one))).join(", ")}]` : value;
  return (
    literal === (typeof text === "object" ? JSON.stringify(text) : String(text)) || (literal === '""' && text === "")
  );
}

for (const entry of distribution) {
  t.test(`the README of ${entry.kind} ${entry.type} and its schema say the same`, async (t) => {
    const folder = path.join(root, "src", `${entry.kind}s`, entry.type.replaceAll("_", "-"));
    const readme = readFileSync(path.join(folder, "README.md"), "utf8");
    const { config } = await entry.load();
    const known = keysBelow(config);
    const rows = rowsOf(readme);
    t.ok(rows.length > 0 || known.size === 0, "there is a table");
    for (const row of rows) {
      for (const key of row.keys) {
        const matches = [...known].filter(([one]) => one === key || one.endsWith(`::${key}`));
        t.ok(matches.length > 0, `${key} is a key`);
        if (row.keys.length > 1) continue;
        const isSame = matches.some(([, schema]) => isSameDefault(row.default, schema));
        t.ok(
          isSame,
          `${key}: the README says ${row.default}, the schema ${JSON.stringify(matches.map(([, one]) => notesOf(one).default))}`,
        );
      }
    }
    for (const key of Object.keys(mapForm(config)?.entries ?? {})) {
      t.ok(readme.includes(`\`${key}`) || readme.includes(`${key}:`), `the README names ${key}`);
    }
  });
}

t.test("explain() knows every key of every component, with words for it", async (t) => {
  for (const entry of distribution) {
    const { config } = await entry.load();
    for (const [key, schema] of keysBelow(config)) {
      const [found] = await explain(`${entry.kind}s::${entry.type}::${key}`, distribution);
      if (found?.about === undefined || found.about === "") t.fail(`${entry.type}::${key} has no words`);
      if (notesOf(schema).about?.endsWith(".") === true) t.fail(`${entry.type}::${key} ends in a full stop`);
    }
  }
  t.pass("all have");
});

async function places(text: string): Promise<readonly string[]> {
  return (await explain(text, distribution)).map(({ path: keys }: Explained) => keys.join("::"));
}

t.test("explain() finds places by any spelling, and says what is near otherwise", async (t) => {
  t.strictSame(await places("batch"), ["processors::batch"]);
  t.strictSame(await places("processor.batch.timeout"), ["processors::batch::timeout"]);
  t.strictSame(await places("otlp"), ["receivers::otlp", "exporters::otlp_grpc"]);
  t.strictSame(await places("otlp::protocols::grpc"), ["receivers::otlp::protocols::grpc"]);
  t.strictSame(await places("exporters otlp/2 endpoint"), ["exporters::otlp_grpc::endpoint"]);
  t.strictSame(await places("service::telemetry::metrics::readers::0::pull"), [
    "service::telemetry::metrics::readers::0::pull",
  ]);
  t.strictSame(await places("service.pipelines.traces.receivers"), ["service::pipelines::traces::receivers"]);
  const [timeout] = await explain("batch.timeout", distribution);
  t.match(timeout, { type: "duration", default: "200ms", keys: [] });
  const cases: readonly (readonly [string, RegExp])[] = [
    ["bacth", /there is no component "bacth"; did you mean "batch"\?$/],
    ["batch.timout", /processors::batch has no key "timout"; did you mean "timeout"\?$/],
    ["batch.timeout.x", /processors::batch::timeout has no keys$/],
    ["receivers.kafka", /there is no receiver "kafka" \(there are: otlp, nop\)$/],
    ["", /there is no component ""/],
  ];
  for (const [text, message] of cases)
    await t.rejects(explain(text, distribution), { name: "NotExplained", message }, text);
});
