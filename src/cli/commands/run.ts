import { parseDuration } from "../../duration/parse-duration.ts";
import { defineCommand, UsageError, type Options } from "../command.ts";
import type { ConfigSource } from "../../config/read-source.ts";
import { presetFlags, presetNames, readPresetFlags, type PresetFlag } from "../preset-flags.ts";
import { readSourceFlags, sourceFlags, type SourceFlag } from "../source-flags.ts";

const defaultShutdownTimeoutMs = 10_000;

export const run = defineCommand({
  name: "run",
  usage: ["--config FILE [flags]", "[--preset NAME] [flags]", "COMMAND [flags]"],
  about: `OpenTelemetry-compatible collector for Node.js

Without --config a set for this machine runs: OTLP comes in (4317, 4318), is shown on the console, and is
sent to a Wavefront proxy if --wavefront names one. "otelcol init" writes it to a file.`,
  flags: {
    ...sourceFlags,
    "preset": {
      type: "string",
      value: "NAME",
      about:
        "What runs without --config (default local); airflow listens on 8889 too, and tells what to set in Airflow",
      choices: presetNames.slice(0, 2),
    },
    ...presetFlags,
    "shutdown-timeout": {
      type: "string",
      value: "DURATION",
      about: "How long to deliver what is held after SIGINT or SIGTERM (default 10s)",
    },
    "watch": {
      type: "boolean",
      about: "Read the configuration again when one of its files changes, as for SIGHUP",
    },
  },
  notes: {
    Signals: `SIGINT, SIGTERM  stop receiving, deliver what is held, exit; the second one exits at once.
                 The end of the npm or npx that started it counts as the first
SIGHUP           read the configuration again and go over to it: what is the same in both keeps
                 running, with its sockets and queues. If something is wrong with it, the old one
                 stays in use. From a terminal that is gone, the same as SIGTERM`,
  },
  exitCodes: {
    0: "stopped by a signal, all parts shut down",
    1: "wrong flag or configuration, failed start, or errors while shutting down",
  },
  examples: [
    "otelcol",
    "otelcol --preset airflow --wavefront http://localhost",
    "otelcol --config config/otel-local-config.yaml",
    "otelcol --config base.yaml --config production.yaml --set processors.batch.timeout=1s",
  ],
  async run(options) {
    const written = readSourceFlags(options);
    const shutdownTimeoutMs = parseTimeout(options.text("shutdown-timeout"));
    const hasConfig = options.has("config");
    const { sources, hint } = hasConfig ? withoutPreset(written, options) : await withPreset(written, options);
    const { runService } = await import("../run.ts");
    const settings = { shutdownTimeoutMs, watchesFiles: options.has("watch"), ...(hint !== undefined && { hint }) };
    return runService(sources, settings);
  },
});

type RunOptions = Options<SourceFlag | PresetFlag | "preset">;

interface Chosen {
  readonly sources: readonly ConfigSource[];
  /** For the console, below the table of ports. */
  readonly hint?: string;
}

function withoutPreset(sources: readonly ConfigSource[], options: RunOptions): Chosen {
  for (const name of ["preset", "wavefront", "listen-host", "port-offset"] as const) {
    if (!options.has(name)) continue;
    throw new UsageError(
      `--${name} changes what runs without --config; change the file instead, or use --set PATH=VALUE`,
    );
  }
  return { sources };
}

/** `--set` goes over a preset as it goes over files. */
async function withPreset(sources: readonly ConfigSource[], options: RunOptions): Promise<Chosen> {
  const name = options.text("preset") === "airflow" ? "airflow" : "local";
  const [{ airflowLines, presetText }, settings] = await Promise.all([
    import("../presets.ts"),
    readPresetFlags(options),
  ]);
  const preset = { uri: `yaml:${presetText(name, settings)}`, name: `preset ${name}` };
  const init = `otelcol init${name === "local" ? "" : ` --preset ${name}`}`;
  const about = `  No --config: running the preset "${name}"; "${init}" writes it to a file.\n`;
  const paste = name === "airflow" ? `\n  Set in the environment of Airflow:\n\n${airflowLines(settings)}\n` : "";
  return { sources: [preset, ...sources], hint: about + paste };
}

function parseTimeout(text: string | undefined): number {
  if (text === undefined) return defaultShutdownTimeoutMs;
  let timeoutMs: number;
  try {
    timeoutMs = parseDuration(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`invalid argument "${text}" for "--shutdown-timeout" flag: ${reason}`);
  }
  if (timeoutMs >= 0) return timeoutMs;
  throw new UsageError(`invalid argument "${text}" for "--shutdown-timeout" flag: must be 0 or more`);
}
