import { parseArgs } from "node:util";
import type { ConfigSource } from "../config/read-source.ts";
import { nearestName } from "../config/nearest-name.ts";
import { parseDuration } from "../duration/parse-duration.ts";

export type Command =
  | { readonly kind: "version" }
  | { readonly kind: "help" }
  | { readonly kind: "validate"; readonly sources: readonly ConfigSource[] }
  | { readonly kind: "run"; readonly sources: readonly ConfigSource[]; readonly shutdownTimeoutMs: number };

const flags = {
  "config": { type: "string", multiple: true },
  "set": { type: "string", multiple: true },
  "feature-gates": { type: "string", multiple: true },
  "shutdown-timeout": { type: "string" },
  "version": { type: "boolean", short: "v" },
  "help": { type: "boolean", short: "h" },
} as const;

const commands = ["validate", "help"] as const;

const defaultShutdownTimeoutMs = 10_000;

/** Throws an error whose message is for the user, in the words of upstream's command line. */
export function parseArguments(args: readonly string[]): Command {
  const { tokens } = parseArgs({
    args: [...args],
    options: flags,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const configs: string[] = [];
  const sets: string[] = [];
  const words: string[] = [];
  let shutdownTimeoutMs = defaultShutdownTimeoutMs;
  let asked: "version" | "help" | undefined;
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      words.push(token.value);
      continue;
    }
    if (!isFlag(token.name))
      throw new Error(unknownFlag(token.name, token.rawName, args[token.index] ?? token.rawName));
    if (flags[token.name].type === "boolean") {
      if (token.value !== undefined) throw new Error(`flag takes no argument: --${token.name}`);
      // Help wins over version, whatever the order.
      if (asked !== "help") asked = token.name === "help" ? "help" : "version";
      continue;
    }
    if (token.value === undefined) throw new Error(`flag needs an argument: --${token.name}`);
    if (token.name === "config") configs.push(token.value);
    else if (token.name === "set") sets.push(token.value);
    else if (token.name === "feature-gates") checkGates(token.value);
    else shutdownTimeoutMs = parseTimeout(token.value);
  }
  const command = parseCommand(words);
  if (asked !== undefined) return { kind: asked };
  if (command === "help") return { kind: "help" };
  const sources = [...configs.map((uri) => ({ uri })), ...sets.map(parseSet)];
  if (sources.length === 0) {
    throw new Error("at least one config flag must be provided, such as --config=config/otel-local-config.yaml");
  }
  return command === "validate" ? { kind: "validate", sources } : { kind: "run", sources, shutdownTimeoutMs };
}

function isFlag(name: string): name is keyof typeof flags {
  return Object.hasOwn(flags, name);
}

function parseCommand([first, second]: readonly string[]): (typeof commands)[number] | undefined {
  if (first === undefined) return undefined;
  const command = commands.find((one) => one === first);
  if (command !== undefined && (second === undefined || command === "help")) return command;
  const [wrong, parent] = command === undefined ? [first, "otelcol"] : [second, `otelcol ${command}`];
  return fail(`unknown command "${wrong}" for "${parent}"${wordHint(first, command)}`);
}

function wordHint(word: string, command: string | undefined): string {
  if (command !== undefined) return `; it takes flags only, see otelcol --help`;
  if (/\.ya?ml$/.test(word)) return `; did you mean --config=${word}?`;
  const nearest = nearestName(word, commands);
  return nearest === undefined ? ` (valid commands: ${commands.join(", ")})` : `; did you mean "${nearest}"?`;
}

function unknownFlag(name: string, rawName: string, written: string): string {
  const isShort = !rawName.startsWith("--");
  const wanted = isShort ? written.replace(/^-/, "").replace(/=.*$/, "") : name;
  const nearest = nearestName(wanted, Object.keys(flags));
  const message = isShort ? `unknown shorthand flag: '${name}' in ${written}` : `unknown flag: --${name}`;
  const known = Object.keys(flags).map((flag) => `--${flag}`);
  return nearest === undefined
    ? `${message} (valid flags: ${known.join(", ")})`
    : `${message}; did you mean --${nearest}?`;
}

/** `processors.batch.timeout=2s` is the source `processors::batch::timeout: 2s`. */
function parseSet(text: string): ConfigSource {
  const equals = text.indexOf("=");
  if (equals < 0) fail(`invalid argument "${text}" for "--set" flag: missing equal sign`);
  const key = text.slice(0, equals).trim().replaceAll(".", "::");
  return { uri: `yaml:${key}: ${text.slice(equals + 1).trim()}`, name: `--set=${text.slice(0, equals)}` };
}

function checkGates(list: string): void {
  for (const gate of list.split(",").filter((text) => text !== "")) {
    fail(`no such feature gate "${gate.replace(/^[+-]/, "")}". valid gates: []`);
  }
}

function parseTimeout(text: string): number {
  let timeoutMs: number;
  try {
    timeoutMs = parseDuration(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`invalid argument "${text}" for "--shutdown-timeout" flag: ${reason}`, { cause: error });
  }
  if (timeoutMs < 0) fail(`invalid argument "${text}" for "--shutdown-timeout" flag: must be 0 or more`);
  return timeoutMs;
}

function fail(message: string): never {
  throw new Error(message);
}
