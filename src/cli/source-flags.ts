import type { ConfigSource } from "../config/read-source.ts";
import { UsageError, type Flags, type Options } from "./command.ts";

/** Flags of every command that reads a configuration. */
export const sourceFlags = {
  "config": {
    type: "string",
    multiple: true,
    value: "FILE",
    about:
      "Read the configuration from FILE, or from a URI: file:PATH, env:NAME, yaml:TEXT. " +
      "Repeatable: later ones are laid over earlier ones",
  },
  "set": {
    type: "string",
    multiple: true,
    value: "PATH=VALUE",
    about:
      "Change one value, such as --set processors.batch.timeout=2s. Repeatable; applied after all --config, " +
      "whatever the order",
  },
  "feature-gates": {
    type: "string",
    multiple: true,
    value: "LIST",
    about: "Switch feature gates; there are none yet",
  },
} as const satisfies Flags;

export type SourceFlag = keyof typeof sourceFlags;

/** What `--config` and `--set` name, in the order in which they are laid over each other. Throws a `UsageError`. */
export function readSourceFlags(options: Options<SourceFlag>): readonly ConfigSource[] {
  for (const list of options.texts("feature-gates")) checkGates(list);
  return [...options.texts("config").map((uri) => ({ uri })), ...options.texts("set").map(parseSet)];
}

/** As `readSourceFlags`, for commands that cannot do without one. */
export function requireSources(options: Options<SourceFlag>): readonly ConfigSource[] {
  const sources = readSourceFlags(options);
  if (sources.length > 0) return sources;
  throw new UsageError("at least one config flag must be provided, such as --config=config/otel-local-config.yaml");
}

/** `processors.batch.timeout=2s` is the source `processors::batch::timeout: 2s`. */
function parseSet(text: string): ConfigSource {
  const equals = text.indexOf("=");
  if (equals < 0) throw new UsageError(`invalid argument "${text}" for "--set" flag: missing equal sign`);
  const key = text.slice(0, equals).trim().replaceAll(".", "::");
  return { uri: `yaml:${key}: ${text.slice(equals + 1).trim()}`, name: `--set=${text.slice(0, equals)}` };
}

function checkGates(list: string): void {
  for (const gate of list.split(",").filter((text) => text !== "")) {
    throw new UsageError(`no such feature gate "${gate.replace(/^[+-]/, "")}". valid gates: []`);
  }
}
