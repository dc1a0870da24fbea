import t from "tap";
import { commands, runCommand } from "../../src/cli/commands.ts";
import { helpText } from "../../src/cli/help-text.ts";
import { flagsOf, parseArguments } from "../../src/cli/parse-arguments.ts";
import { readSourceFlags } from "../../src/cli/source-flags.ts";

/** What a line asks for, in one line: the command, its sources and other flags. */
async function asked(line: string): Promise<unknown> {
  const invocation = await parseArguments(line.split(" "));
  if (invocation.kind === "version") return "version";
  if (invocation.kind === "help") return `help ${invocation.command.name}`;
  const { command, options } = invocation;
  const sources = "config" in command.flags ? readSourceFlags(options) : [];
  const words = Object.keys(command.flags).filter((name) => !["config", "set", "feature-gates"].includes(name));
  const others = words.flatMap((name) => (options.has(name) ? [`${name}=${options.text(name)}`] : []));
  return [command.name, sources, ...others, ...options.operands];
}

t.test("parseArguments() reads flags in every form", async (t) => {
  const a = { uri: "a.yaml" };
  const cases: readonly (readonly [string, unknown])[] = [
    ["--config a.yaml", ["run", [a]]],
    ["--config=a.yaml", ["run", [a]]],
    ["run --config=a.yaml", ["run", [a]]],
    ["--config a.yaml --config=env:B", ["run", [a, { uri: "env:B" }]]],
    ["--config a.yaml --shutdown-timeout 1m30s", ["run", [a], "shutdown-timeout=1m30s"]],
    ["validate --config a.yaml", ["validate", [a]]],
    ["--config a.yaml validate", ["validate", [a]]],
    ["--config validate validate", ["validate", [{ uri: "validate" }]]],
    ["--config validate", ["run", [{ uri: "validate" }]]],
    ["--set a.b.c=2s --config a.yaml", ["run", [a, { uri: "yaml:a::b::c: 2s", name: "--set=a.b.c" }]]],
    ["--set=a=x=y", ["run", [{ uri: "yaml:a: x=y", name: "--set=a" }]]],
    ["--config a.yaml --feature-gates=", ["run", [a]]],
    ["--version", "version"],
    ["-v --config a.yaml", "version"],
    ["-h -v", "help run"],
    ["--version --help", "help run"],
    ["help validate", ["help", [], "validate"]],
    ["validate --help", "help validate"],
    ["--help validate", "help validate"],
  ];
  for (const [line, expected] of cases) t.strictSame(await asked(line), expected, line);
});

t.test("a wrong command line says what to write instead", async (t) => {
  const runFlags = `(valid flags: ${Object.keys(flagsOf(await runCommand.load()))
    .map((flag) => `--${flag}`)
    .join(", ")})`;
  const names = commands.map(({ name }) => name).join(", ");
  const cases: readonly (readonly [string, string])[] = [
    ["--confg a.yaml", "unknown flag: --confg; did you mean --config?"],
    ["validate --confg a.yaml", "unknown flag: --confg; did you mean --config?"],
    ["-config a.yaml", "unknown shorthand flag: 'c' in -config; did you mean --config?"],
    ["-config=a.yaml", "unknown shorthand flag: 'c' in -config=a.yaml; did you mean --config?"],
    ["--xyz", `unknown flag: --xyz ${runFlags}`],
    ["--constructor", `unknown flag: --constructor ${runFlags}`],
    ["--config", "flag needs an argument: --config"],
    ["--version=1", "flag takes no argument: --version"],
    ["a.yaml", 'unknown command "a.yaml" for "otelcol"; did you mean --config=a.yaml?'],
    ["valdiate --config a", 'unknown command "valdiate" for "otelcol"; did you mean "validate"?'],
    ["frobnicate", `unknown command "frobnicate" for "otelcol" (valid commands: ${names})`],
    [
      "validate a.yaml",
      'unknown command "a.yaml" for "otelcol validate"; it takes flags only, see otelcol validate --help',
    ],
    ["--set a", 'invalid argument "a" for "--set" flag: missing equal sign'],
    ["--feature-gates -x --config a", 'no such feature gate "x". valid gates: []'],
  ];
  for (const [line, message] of cases) await t.rejects(asked(line), { name: "UsageError", message }, line);
});

t.test("the table of commands and the commands agree", async (t) => {
  const seen = new Set<string>();
  for (const entry of commands) {
    const command = await entry.load();
    t.equal(command.name, entry.name);
    for (const name of [entry.name, ...(entry.aliases ?? [])]) {
      t.notOk(seen.has(name), `${name} is one command`);
      seen.add(name);
    }
    for (const [name, flag] of Object.entries(flagsOf(command))) {
      t.match(name, /^[a-z][a-z-]*$/);
      t.equal(flag.value === undefined, flag.type === "boolean", `${entry.name} --${name} names its value`);
      t.notMatch(flag.about, /\.$/, `${entry.name} --${name} has no full stop`);
    }
  }
});

t.test("the help of each command can be read", async (t) => {
  for (const entry of commands) {
    const text = helpText(await entry.load());
    for (const heading of ["Usage:", "Flags:", "Exit codes:", "Examples:"]) {
      t.ok(text.includes(`\n${heading}\n  `), `${entry.name} has ${heading}`);
    }
    const tooWide = text.split("\n").filter((line) => line.length > 110);
    t.strictSame(tooWide, [], `${entry.name} fits a screen of 110 columns`);
    t.notMatch(text, /[ \t]\n/, `${entry.name} has no blanks at line ends`);
  }
});

t.test("every example of a help text is a line that parses", async (t) => {
  for (const entry of commands) {
    for (const example of (await entry.load()).examples) {
      // Up to a pipe or comment; quotes hold no blanks that matter here.
      const [line = ""] = example.split(/ [|#>] ?|; /);
      t.match(line, /^otelcol( |$)/, example);
      const args = [...line.matchAll(/'[^']*'|"[^"]*"|\S+/g)].map(([word]) => word.replaceAll(/^['"]|['"]$/g, ""));
      const invocation = await parseArguments(args.slice(1));
      if (invocation.kind === "command") t.equal(invocation.command.name, entry.name, example);
    }
  }
});
