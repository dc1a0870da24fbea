import t from "tap";
import { ConfigError } from "../../src/config/config-error.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import type { MapNode } from "../../src/config/config-node.ts";
import { mergeNodes } from "../../src/config/merge.ts";
import { parseYaml } from "../../src/config/parse-yaml.ts";
import { formatPosition } from "../../src/config/position.ts";
import { plainValue } from "../../src/config/shape.ts";
import { fakeRegistry } from "./fake-registry.ts";

function map(text: string, file: string): MapNode {
  const { node } = parseYaml(text, file);
  if (node?.kind !== "map") throw new Error(`Cannot use ${text}: it is no map`);
  return node;
}

t.test("mergeNodes() merges maps deeply and replaces everything else, also by nothing", async (t) => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    ["a: {b: 1, c: 2}", "a: {c: 3, d: 4}", { a: { b: 1, c: 3, d: 4 } }],
    ["a: [1, 2]", "a: [3]", { a: [3] }],
    ["a: {b: 1}", "a: x", { a: "x" }],
    ["a: x", "a: {b: 1}", { a: { b: 1 } }],
    ["a: {b: 1}", "a:", { a: null }],
    ["a: {b: 1}", "a: {}", { a: { b: 1 } }],
    ["a: 1", "b: 2", { a: 1, b: 2 }],
  ];
  for (const [earlier, later, expected] of cases) {
    t.strictSame(plainValue(mergeNodes(map(earlier, "1"), map(later, "2"))), expected, `${earlier} + ${later}`);
  }
});

t.test("mergeNodes() keeps where each value was written", async (t) => {
  const merged = mergeNodes(map("a:\n  b: 1\n  c: 2\n", "1"), map("a:\n  c: 3\n", "2"));
  const a = merged.entries.get("a");
  t.equal(a && formatPosition(a.keyPosition), "2:1:1");
  const inner = a?.value.kind === "map" ? a.value.entries : new Map<string, never>();
  t.match(inner.get("b")?.value.position, { file: "1", line: 2 });
  t.match(inner.get("c")?.value.position, { file: "2", line: 2 });
});

t.test("errors name the file and the line that a value came from, through merging, --set and variables", async (t) => {
  const base = [
    "receivers: {otlp: {protocols: {grpc: }}}",
    "processors:",
    "  batch:",
    "    timeout: 1s",
    "    send_batch_size: 10",
    "exporters: {debug: }",
    "service: {pipelines: {traces: {receivers: [otlp], processors: [batch], exporters: [debug]}}}",
  ].join("\n");
  const over = [
    "processors:",
    "  batch:",
    "    send_batch_size: ${SIZE}",
    "exporters:",
    "  debug:",
    "    verbosty: x",
  ].join("\n");
  const sources = [
    { uri: `yaml:${base}`, name: "base.yaml" },
    { uri: `yaml:${over}`, name: "over.yaml" },
    { uri: "yaml:processors::batch::timeout: soon", name: "--set=processors.batch.timeout" },
  ];
  const error = await loadConfig(sources, fakeRegistry, { SIZE: "many" }).catch((caught: unknown) => caught);
  if (!(error instanceof ConfigError)) throw new Error("Cannot see a ConfigError");
  t.equal(
    error.message,
    [
      "failed to get config: cannot unmarshal the configuration (3 errors):",
      "over.yaml:3:22 processors::batch::send_batch_size: expected type 'int', got unconvertible type 'string', found \"many\" from ${SIZE}; write a number",
      "    3 |     send_batch_size: ${SIZE}",
      "      |                      ^^^^^^^",
      'over.yaml:6:5 exporters::debug: has invalid keys: verbosty; did you mean "verbosity"? (valid keys: verbosity, use_internal_logger)',
      "    6 |     verbosty: x",
      "      |     ^^^^^^^^",
      '--set=processors.batch.timeout:1:29 processors::batch::timeout: time: invalid duration "soon"; expected a duration such as 200ms, 5s or 1m30s',
      "    1 | processors::batch::timeout: soon",
      "      |                             ^^^^",
    ].join("\n"),
  );
});
