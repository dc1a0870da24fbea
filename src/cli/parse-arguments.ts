import { parseArgs } from "node:util";
import { nearestName } from "../config/nearest-name.ts";
import { Options, UsageError, type Command, type Flag } from "./command.ts";
import { commands, findCommand, runCommand, type CommandEntry } from "./commands.ts";

// The arguments are read by Node's own `parseArgs`: it knows every form (--a b, --a=b, -abc, --), is kept with Node and
// costs a start nothing. Measured beside it, commander and yargs cost 15 and 100 ms of CPU; citty wraps it. What the
// others add, help and suggestions, is made from the table of commands.

const commonFlags = {
  version: { type: "boolean", short: "v", about: "Print the version" },
  help: { type: "boolean", short: "h", about: "Print this text" },
} as const satisfies Record<string, Flag>;

/** What one command line asks for. */
export type Invocation =
  | { readonly kind: "version" }
  | { readonly kind: "help"; readonly command: Command }
  | { readonly kind: "command"; readonly command: Command; readonly options: Options };

/** The flags that a command takes, with those that all take. */
export function flagsOf(command: Command): Readonly<Record<string, Flag>> {
  return { ...command.flags, ...commonFlags };
}

/** Throws a `UsageError` in the words of upstream's command line. */
export async function parseArguments(args: readonly string[]): Promise<Invocation> {
  const run = await runCommand.load();
  const { entry, index } = chooseCommand(args, run);
  const command = entry === runCommand ? run : await entry.load();
  return parseOptions(
    args.filter((_, at) => at !== index),
    command,
  );
}

/** The first word that names a command and is not the value of a flag; it may stand behind flags. */
function chooseCommand(args: readonly string[], run: Command): { entry: CommandEntry; index: number } {
  const words: { readonly value: string; readonly index: number }[] = [];
  for (const token of tokensOf(args, flagsOf(run))) {
    if (token.kind === "option-terminator") break;
    if (token.kind === "positional") words.push(token);
  }
  for (const { value, index } of words) {
    const entry = findCommand(value);
    if (entry !== undefined) return { entry, index };
  }
  // Behind a flag, a wrong flag is the likelier slip: it is found first.
  if (words[0]?.index === 0) throw new UsageError(unknownCommand(words[0].value));
  return { entry: runCommand, index: -1 };
}

function tokensOf(args: readonly string[], flags: Readonly<Record<string, Flag>>) {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, short, multiple = false }]) => [
      name,
      { type, multiple, ...(short !== undefined && { short }) },
    ]),
  );
  return parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function parseOptions(args: readonly string[], command: Command): Invocation {
  const flags = flagsOf(command);
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  for (const token of tokensOf(args, flags)) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      operands.push(token.value);
      continue;
    }
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
    if (flag === undefined) {
      throw new UsageError(unknownFlag(token.name, token.rawName, args[token.index] ?? token.rawName, command));
    }
    const before = values.get(token.name) ?? [];
    values.set(token.name, [...before, readValue(token.name, token.value, flag)]);
  }
  // Help wins over version, whatever the order.
  if (values.has("help")) return { kind: "help", command };
  if (values.has("version")) return { kind: "version" };
  checkOperands(operands, command);
  return { kind: "command", command, options: new Options(values, operands) };
}

function readValue(name: string, value: string | undefined, { type, choices }: Flag): string {
  if (type === "boolean") {
    if (value !== undefined) throw new UsageError(`flag takes no argument: --${name}`);
    return "";
  }
  if (value === undefined) throw new UsageError(`flag needs an argument: --${name}`);
  if (choices === undefined) return value;
  const choice = choices.find((one) => one === value.toLowerCase());
  if (choice !== undefined) return choice;
  const nearest = nearestName(value, choices);
  const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
  throw new UsageError(`invalid argument "${value}" for "--${name}" flag${hint} (valid values: ${choices.join(", ")})`);
}

function checkOperands(operands: readonly string[], { name, operands: wanted }: Command): void {
  const parent = `otelcol ${name}`;
  const extra = operands[wanted?.max ?? 0];
  if (extra !== undefined && name === "run") throw new UsageError(unknownCommand(extra));
  if (extra !== undefined) {
    const hint = wanted === undefined ? "it takes flags only" : `it takes at most ${wanted.max} ${wanted.name}`;
    throw new UsageError(`unknown command "${extra}" for "${parent}"; ${hint}, see otelcol ${name} --help`);
  }
  if (wanted !== undefined && operands.length < wanted.min) {
    throw new UsageError(`${parent} needs ${wanted.name}; see otelcol ${name} --help`);
  }
}

/** What to say of a word that is no command. */
export function unknownCommand(word: string): string {
  const message = `unknown command "${word}" for "otelcol"`;
  if (/\.ya?ml$/.test(word)) return `${message}; did you mean --config=${word}?`;
  const names = commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  const nearest = nearestName(word, names);
  return nearest === undefined
    ? `${message} (valid commands: ${commands.map(({ name }) => name).join(", ")})`
    : `${message}; did you mean "${nearest}"?`;
}

function unknownFlag(name: string, rawName: string, written: string, command: Command): string {
  const isShort = !rawName.startsWith("--");
  const wanted = isShort ? written.replace(/^-/, "").replace(/=.*$/, "") : name;
  const names = Object.keys(flagsOf(command));
  const nearest = nearestName(wanted, names);
  const message = isShort ? `unknown shorthand flag: '${name}' in ${written}` : `unknown flag: --${name}`;
  return nearest === undefined
    ? `${message} (valid flags: ${names.map((flag) => `--${flag}`).join(", ")})`
    : `${message}; did you mean --${nearest}?`;
}
