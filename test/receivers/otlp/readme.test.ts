import { readFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import t from "tap";
import { mapForm } from "../../../src/config/schema-forms.ts";
import { otlpReceiverConfig } from "../../../src/receivers/otlp/config.ts";

const file = path.join(import.meta.dirname, "..", "..", "..", "src", "receivers", "otlp", "README.md");
const rows = readFileSync(file, "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|"));

/** Every key below a section, `cors::max_age`, with its schema. Maps with free keys count as one. */
function keysOf(schema: v.GenericSchema, prefix = ""): [string, v.GenericSchema][] {
  return Object.entries(mapForm(schema)?.entries ?? {}).flatMap(([key, child]) => {
    const below = keysOf(child, `${prefix}${key}::`);
    return below.length > 0 && key !== "response_headers" ? below : [[`${prefix}${key}`, child] as const];
  }) as [string, v.GenericSchema][];
}

function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => (item === "" ? '""' : String(item))).join(", ")}]`;
  return String(value);
}

t.test("README names every key of the schema, with its default", (t) => {
  const keys = keysOf(otlpReceiverConfig);
  t.ok(keys.length > 50, `${keys.length} keys`);
  for (const [name, schema] of keys) {
    const key = name.replace(/^protocols::(grpc|http)::(tls::)?/, "");
    const row = rows.find((cells) => cells[1]?.includes(`\`${key}\``));
    t.ok(row !== undefined, `${name} is there`);
    const value = v.getDefault(schema as v.OptionalSchema<v.GenericSchema, unknown>);
    if (name.includes("::tls::") || value === undefined || value === null || key === "response_headers") continue;
    t.ok(row?.[2]?.includes(`\`${written(value)}\``), `${name} defaults to ${written(value)}`);
  }
  t.end();
});
