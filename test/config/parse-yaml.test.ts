import t from "tap";
import { parseYaml } from "../../src/config/parse-yaml.ts";
import { plainValue } from "../../src/config/shape.ts";
import { formatPosition } from "../../src/config/position.ts";

function values(text: string): unknown {
  const { node, issues } = parseYaml(text, "f");
  return issues.length > 0 || node === undefined
    ? issues.map((issue) => `${formatPosition(issue.position)} ${issue.message}`)
    : plainValue(node);
}

t.test("parseYaml() reads what people have on their disks", async (t) => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    ["a byte order mark", "\uFEFFa: 1\n", { a: 1 }],
    ["Windows line ends", "a:\r\n  b: x\r\n  c:\r\n    - 1\r\n", { a: { b: "x", c: [1] } }],
    ["nothing", "", null],
    ["only comments", "# nothing\n", null],
    ["quoted numbers", "a: \"1\"\nb: '0123'\n", { a: "1", b: "0123" }],
    ["explicit types", 'a: !!str 123\nb: !!int "5"\n', { a: "123", b: 5 }],
    ["anchors and aliases", "a: &x {b: 1}\nc: *x\n", { a: { b: 1 }, c: { b: 1 } }],
    [
      "merge keys, whose own keys win",
      "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  b: 3\n",
      { a: { b: 1, c: 2 }, d: { b: 3, c: 2 } },
    ],
    ["block text", "a: |\n  x\n  y\n", { a: "x\ny\n" }],
    ["JSON", '{"a": [1, true, null, "x"]}', { a: [1, true, null, "x"] }],
    ["a key called __proto__", "__proto__: 1\n", JSON.parse('{"__proto__": 1}')],
  ];
  for (const [what, text, expected] of cases) t.strictSame(values(text), expected, what);
});

t.test("parseYaml() keeps the place of every key and value", async (t) => {
  const { node } = parseYaml("\uFEFFa:\r\n  b: x\r\n  c: [1, two]\r\n  d:\r\n", "f");
  const a = node?.kind === "map" ? node.entries.get("a") : undefined;
  t.match(a?.keyPosition, { line: 1, column: 1, length: 1 });
  const entries = a?.value.kind === "map" ? a.value.entries : new Map<string, never>();
  t.match(entries.get("b")?.value.position, { line: 2, column: 6, length: 1 });
  const list = entries.get("c")?.value;
  t.match(list?.kind === "list" ? list.items[1]?.position : undefined, { line: 3, column: 10, length: 3 });
  t.match(entries.get("d")?.value.position, { line: 4, column: 3 }, "an empty value stands at its key");
});

t.test("parseYaml() says which slip it is, and where", async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ["a:\n\tb: 1\n", "f:2:1 a tab stands in the indentation, where YAML allows only spaces: replace it by spaces"],
    [
      "a:\n  b: 1\n\tc: 2\n",
      "f:3:1 a tab stands in the indentation, where YAML allows only spaces: replace it by spaces",
    ],
    ["a:\n  b:1\n  c: 2\n", 'f:2:4 a space is missing after the colon: write "b: 1"'],
    ["a: 1\nb:x\n", 'f:2:2 a space is missing after the colon: write "b: x"'],
    ["a: 1\na: 2\n", 'f:2:1 mapping key "a" already defined at line 1; keep one of the two'],
    ["a: [${env:X}]\n", 'f:1:5 inside [ ] or { } a reference needs quotes: write "${env:X}"'],
    ["a: {b: ${X}}\n", 'f:1:8 inside [ ] or { } a reference needs quotes: write "${X}"'],
    [
      "a:\n  b: 1\n   c: 2\n",
      "f:3:4 this line is indented deeper than the one before it, which already has a value: line them up",
    ],
    [
      "a:\n    b: 1\n  c: 2\n",
      "f:3:3 this line does not line up with the lines above: the keys of one section begin in one column",
    ],
    ["a: b: c\n", 'f:1:5 a second ": " on one line: put the value in quotes, or the inner key on a line of its own'],
    ["a: @x\n", 'f:1:4 a value cannot begin with "@": put it in quotes'],
    ["a: *x\n", "f:1:4 unknown anchor 'x' referenced"],
    ["1: a\n", "f:1:1 keys must be text, found 1: put the key in quotes"],
    [
      "a: 1\nword\n",
      'f:2:1 expected "key: value", found "word": a colon is missing, or the line above is not finished',
    ],
  ];
  for (const [text, expected] of cases) t.strictSame(values(text), [expected], JSON.stringify(text));
});

t.test("parseYaml() is not brought down by texts that grow", async (t) => {
  const deep = "[".repeat(20_000);
  t.match(values(deep), [/^f:1:\d+ /]);
  t.match(values(`${"[".repeat(150)}${"]".repeat(150)}`), [/nested deeper than 100 levels/]);
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 10; i++) lines.push(`a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}*a${i - 1}]`);
  t.match(values(`${lines.join("\n")}\n`), [/more than 200000 values, aliases included/]);
  t.match(values("a: &a [*a]\n"), [/unknown anchor|nested deeper/]);
});

t.test("parseYaml() answers for any prefix and any changed letter of a real file", async (t) => {
  const text = 'receivers:\n  otlp:\n    protocols: {grpc: , http: }\nexporters:\n  debug: &x\n    a: "b"\n  c: *x\n';
  for (let length = 0; length <= text.length; length++) {
    const { node, issues } = parseYaml(text.slice(0, length), "f");
    t.ok(node !== undefined || issues.length > 0, `prefix of ${length}`);
    for (const letter of "\t:{[\"'&*%@\n-#") {
      const changed = `${text.slice(0, length)}${letter}${text.slice(length + 1)}`;
      const result = parseYaml(changed, "f");
      if (result.node === undefined && result.issues.length === 0) t.fail(JSON.stringify(changed));
      for (const { position } of result.issues) {
        if (position.line < 1 || position.line > changed.split("\n").length) t.fail(JSON.stringify(changed));
      }
    }
  }
});
