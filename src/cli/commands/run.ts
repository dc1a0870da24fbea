import { parseDuration } from "../../duration/parse-duration.ts";
import { choiceFlags, chooseSources } from "../choose-sources.ts";
import { defineCommand, UsageError } from "../command.ts";

const defaultShutdownTimeoutMs = 10_000;

export const run = defineCommand({
  name: "run",
  usage: ["--config FILE [flags]", "[--preset NAME] [flags]", "COMMAND [flags]"],
  about: `OpenTelemetry-compatible collector for Node.js

Without --config a set for this machine runs: OTLP comes in (4317, 4318), is shown on the console, and is
sent to a Wavefront proxy if --wavefront names one. "otelcol init" writes it to a file.`,
  flags: {
    ...choiceFlags,
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
    const shutdownTimeoutMs = parseTimeout(options.text("shutdown-timeout"));
    const { sources, hint } = await chooseSources(options);
    const { runService } = await import("../run.ts");
    const settings = { shutdownTimeoutMs, watchesFiles: options.has("watch"), ...(hint !== undefined && { hint }) };
    return runService(sources, settings);
  },
});

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
