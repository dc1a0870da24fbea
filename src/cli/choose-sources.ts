import type { ConfigSource } from "../config/read-source.ts";
import { UsageError, type Flags, type Options } from "./command.ts";
import { presetFlags, presetNames, readPresetFlags } from "./preset-flags.ts";
import { readSourceFlags, sourceFlags } from "./source-flags.ts";

/** Flags of commands about the collector that runs, which may have no `--config`. */
export const choiceFlags = {
  ...sourceFlags,
  preset: {
    type: "string",
    value: "NAME",
    about: "What runs without --config (default local); airflow listens on 8889 too, and tells what to set in Airflow",
    choices: presetNames.slice(0, 2),
  },
  ...presetFlags,
} as const satisfies Flags;

type ChoiceOptions = Options<keyof typeof choiceFlags>;

export interface Chosen {
  readonly sources: readonly ConfigSource[];
  /** For the console, below the table of ports. */
  readonly hint?: string;
}

/** What `--config` names, or a preset without it; `--set` goes over either. Throws a `UsageError`. */
export async function chooseSources(options: ChoiceOptions): Promise<Chosen> {
  const written = readSourceFlags(options);
  return options.has("config") ? withoutPreset(written, options) : await withPreset(written, options);
}

function withoutPreset(sources: readonly ConfigSource[], options: ChoiceOptions): Chosen {
  for (const name of ["preset", "wavefront", "listen-host", "port-offset"] as const) {
    if (!options.has(name)) continue;
    throw new UsageError(
      `--${name} changes what runs without --config; change the file instead, or use --set PATH=VALUE`,
    );
  }
  return { sources };
}

async function withPreset(sources: readonly ConfigSource[], options: ChoiceOptions): Promise<Chosen> {
  const name = options.text("preset") === "airflow" ? "airflow" : "local";
  const [{ airflowLines, presetText }, settings] = await Promise.all([
    import("./presets.ts"),
    readPresetFlags(options),
  ]);
  const preset = { uri: `yaml:${presetText(name, settings)}`, name: `preset ${name}` };
  const init = `otelcol init${name === "local" ? "" : ` --preset ${name}`}`;
  const about = `  No --config: running the preset "${name}"; "${init}" writes it to a file.\n`;
  const paste = name === "airflow" ? `\n  Set in the environment of Airflow:\n\n${airflowLines(settings)}\n` : "";
  return { sources: [preset, ...sources], hint: about + paste };
}
