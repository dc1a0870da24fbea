import { defineCommand } from "../command.ts";
import { requireSources, sourceFlags } from "../source-flags.ts";

export const validate = defineCommand({
  name: "validate",
  usage: ["validate --config FILE [flags]"],
  about: `Reads, merges, expands and checks a configuration, and starts nothing. Everything that is wrong is told at
once: file, line and column, what is there, what may be there. Says nothing of a valid configuration.`,
  flags: sourceFlags,
  exitCodes: { 0: "the configuration is valid", 1: "it is not, or a flag is wrong" },
  examples: ["otelcol validate --config config/otel-local-config.yaml"],
  async run(options) {
    const sources = requireSources(options);
    const { loadForUser } = await import("../load.ts");
    return (await loadForUser(sources)) === undefined ? 1 : 0;
  },
});
