import { writeFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { Findings } from "../../src/config/config-error.ts";
import { childOf, type ConfigNode } from "../../src/config/config-node.ts";
import { Expander } from "../../src/config/expand.ts";
import { parseYaml } from "../../src/config/parse-yaml.ts";
import { plainValue } from "../../src/config/shape.ts";

const environment = {
  HOST: "example.com",
  PORT: "4317",
  OCTAL: "0123",
  QUOTED: '"0123"',
  YES: "yes",
  TRUE: "true",
  FLOAT: "1.5",
  LIST: "[a, b]",
  MAP: "{a: 1, b: [x]}",
  LINES: "a: 1\nb: 2\n",
  BROKEN: "[a: b: c",
  EMPTY: "",
  WHICH: "HOST",
  CHAIN: "${env:LINK}",
  LINK: "${HOST}:1",
  SELF: "x${SELF}",
  TWINS: "${TWINS}${TWINS}",
  TREE: '["${TREE}", "${TREE}"]',
  DOLLARS: "a$$b",
  COMMENT: "12 # ${1}",
  COMMENTED_HOST: "a: 1 # ${env:HOST}",
};

interface Expanded {
  /** What a field of any type but text gets. */
  readonly value: unknown;
  /** What a text field gets. */
  readonly text: string | undefined;
  readonly problem: string | undefined;
  readonly notices: readonly string[];
  readonly node: ConfigNode | undefined;
}

async function expand(value: string): Promise<Expanded> {
  const findings = new Findings();
  const { node } = parseYaml(`k: ${value}\n`, "f");
  if (node === undefined) throw new Error(`Cannot parse ${value}`);
  const result = childOf(await new Expander(environment, findings).expand(node, []), "k");
  let problem: string | undefined;
  try {
    findings.throwIfAny();
  } catch (error) {
    problem = error instanceof Error ? error.message.split("\n")[1] : String(error);
  }
  return {
    value: result === undefined ? undefined : plainValue(result),
    text: result?.text ?? (result?.kind === "scalar" && typeof result.value === "string" ? result.value : undefined),
    problem,
    notices: findings.notices,
    node: result,
  };
}

t.test("a value that is one reference becomes what YAML makes of the text, and keeps the text", async (t) => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["${env:HOST}", "example.com", "example.com"],
    ["${HOST}", "example.com", "example.com"],
    ["${PORT}", 4317, "4317"],
    ["${OCTAL}", 83, "0123"],
    ["${QUOTED}", '"0123"', '"0123"'],
    ["${YES}", "yes", "yes"],
    ["${TRUE}", true, "true"],
    ["${FLOAT}", 1.5, "1.5"],
    ["${LIST}", ["a", "b"], "[a, b]"],
    ["${MAP}", { a: 1, b: ["x"] }, "{a: 1, b: [x]}"],
    ["${LINES}", { a: 1, b: 2 }, "a: 1\nb: 2\n"],
    ["${BROKEN}", "[a: b: c", "[a: b: c"],
    ["${EMPTY}", null, ""],
    ["${UNSET}", null, ""],
    ['"${PORT}"', 4317, "4317"],
    ["${yaml:[1, 2]}", [1, 2], "[1, 2]"],
  ];
  for (const [written, value, text] of cases) {
    const result = await expand(written);
    t.strictSame([result.value, result.text], [value, text], written);
    t.equal(result.problem, undefined, written);
  }
});

t.test("a default stands in for an unset variable, not for an empty one", async (t) => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["${env:UNSET:-fallback}", "fallback", "fallback"],
    ["${UNSET:-fallback}", "fallback", "fallback"],
    ["${UNSET:-5}", 5, "5"],
    ["${UNSET:-[a, b]}", ["a", "b"], "[a, b]"],
    ["${UNSET:-}", null, ""],
    ["${UNSET:-a:-b}", "a:-b", "a:-b"],
    ["${EMPTY:-fallback}", null, ""],
    ["${HOST:-fallback}", "example.com", "example.com"],
    ["${UNSET:-${HOST}}", "example.com", "example.com"],
  ];
  for (const [written, value, text] of cases) {
    const result = await expand(written);
    t.strictSame([result.value, result.text], [value, text], written);
  }
});

t.test("a reference inside a larger text inserts the original letters", async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ["${HOST}:${PORT}", "example.com:4317"],
    ["x-${OCTAL}", "x-0123"],
    ["x${EMPTY}y${UNSET}z", "xyz"],
    ["http://${HOST}/a", "http://example.com/a"],
    ["${LIST}!", "[a, b]!"],
  ];
  for (const [written, value] of cases) t.equal((await expand(written)).value, value, written);
});

t.test("references nest and chain, innermost first", async (t) => {
  t.equal((await expand("${env:${env:WHICH}}")).value, "example.com");
  t.equal((await expand("${${WHICH}}")).value, "example.com");
  t.equal((await expand("${CHAIN}")).value, "example.com:1");
  t.equal((await expand("a ${CHAIN} b")).value, "a example.com:1 b");
});

t.test("dollar signs are doubled to be meant", async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ["$HOST", "$HOST"],
    ["a$b", "a$b"],
    ["a$$b", "a$b"],
    ["$${HOST}", "${HOST}"],
    ["$$${HOST}", "$example.com"],
    ["$$$${HOST}", "$${HOST}"],
    ["$${A} ${HOST}", "${A} ${HOST}"],
    ["${HOST} $${A}", "example.com ${A}"],
    ["${DOLLARS}", "a$b"],
  ];
  for (const [written, value] of cases) t.equal((await expand(written)).value, value, written);
});

t.test("a reference in a YAML comment of a variable harms only text fields", async (t) => {
  const broken = await expand("${COMMENT}");
  t.strictSame([broken.value, broken.problem], [12, undefined]);
  const comment = await expand("${COMMENTED_HOST}");
  t.strictSame([comment.value, comment.text], [{ a: 1 }, "a: 1 # example.com"]);
});

t.test("a reference that cannot be replaced is an error that says why", async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ["${1}", 'environment variable "1" has invalid name: must match regex ^[a-zA-Z_][a-zA-Z0-9_]*$'],
    ["${env:A-B}", 'environment variable "A-B" has invalid name: must match regex ^[a-zA-Z_][a-zA-Z0-9_]*$'],
    ["${}", 'environment variable "" has invalid name: must match regex ^[a-zA-Z_][a-zA-Z0-9_]*$'],
    [
      "${nosuch:x}",
      'scheme "nosuch" is not supported for uri "nosuch:x" (valid schemes: env, file, http, https, yaml)',
    ],
    ["${a:b}", 'invalid uri: "a:b"; write ${env:NAME}, or $${ for a plain ${'],
    ["${env:$A}", "the uri \"env:$A\" contains unsupported characters ('$')"],
    ["${SELF}", "too many recursive expansions"],
    ["${TREE}", "too many recursive expansions"],
  ];
  for (const [written, problem] of cases) {
    t.equal((await expand(written)).problem, `f:1:4 k: ${problem}`, written);
  }
  t.match((await expand("${TWINS}")).problem, /too many recursive|longer than/);
});

t.test("unset and empty variables are noticed once, with their place", async (t) => {
  t.strictSame((await expand('["${UNSET}", "${UNSET}"]')).notices.length, 2, "once for each place");
  t.strictSame((await expand("${UNSET}")).notices, [
    'Configuration references unset environment variable "UNSET" (f:1:4); its value is null',
  ]);
  t.strictSame((await expand("${EMPTY}")).notices, [
    'Configuration references empty environment variable "EMPTY" (f:1:4)',
  ]);
  t.strictSame((await expand("${UNSET:-x}")).notices, []);
  t.strictSame((await expand("${constructor}")).notices.length, 1, "a name that every object has is unset too");
});

t.test("what comes through a variable stands where the reference stands", async (t) => {
  const { node } = await expand("${MAP}");
  const inner = childOf(node, "b");
  t.match(inner, { position: { file: "f", line: 1, column: 4 }, via: "${MAP}" });
});

t.test("what comes from a file stands in that file", async (t) => {
  const folder = t.testdir({});
  const file = path.join(folder, "part.yaml");
  writeFileSync(file, "a: 1\nb:\n  c: ${HOST}\n");
  const result = await expand(`\${file:${file}}`);
  t.strictSame(result.value, { a: 1, b: { c: "example.com" } });
  t.match(childOf(childOf(result.node, "b"), "c"), { position: { file, line: 3, column: 6 } });
  t.match((await expand("${file:nosuch.yaml}")).problem, /unable to read the file file:nosuch.yaml: no such file/);
});
