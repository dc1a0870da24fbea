import { defineCommand } from "../command.ts";
import { requireSources, sourceFlags } from "../source-flags.ts";

export const printConfig = defineCommand({
  name: "print-config",
  usage: ["print-config --config FILE [flags]"],
  about: `Prints what a configuration comes to: all sources merged, references replaced, the default of every key that
is not written. Secrets are [REDACTED]. What is printed unredacted can be used as a configuration.`,
  flags: {
    ...sourceFlags,
    format: { type: "string", value: "FORMAT", about: "Default yaml", choices: ["yaml", "json"] },
    mode: { type: "string", value: "MODE", about: "Default redacted", choices: ["redacted", "unredacted"] },
    validate: {
      type: "string",
      value: "BOOL",
      about: "With false, print one that is not valid too, without the keys that are unknown (default true)",
      choices: ["true", "false"],
    },
  },
  exitCodes: { 0: "printed", 1: "the configuration cannot be read or is not valid, or a flag is wrong" },
  examples: [
    "otelcol print-config --config otelcol.yaml",
    "otelcol print-config --config otelcol.yaml --format json | jq .exporters",
    "otelcol print-config --config base.yaml --config over.yaml --set processors.batch.timeout=1s",
  ],
  async run(options) {
    const sources = requireSources(options);
    const [{ effectiveForUser }, { print }] = await Promise.all([import("../load.ts"), import("../print.ts")]);
    const value = await effectiveForUser(sources, {
      isRedacted: options.text("mode") !== "unredacted",
      isChecked: options.text("validate") !== "false",
    });
    if (value === undefined) return 1;
    if (options.text("format") === "json") await print("stdout", `${JSON.stringify(value, undefined, 2)}\n`);
    else {
      const { toYaml } = await import("../to-yaml.ts");
      await print("stdout", toYaml(value));
    }
    return 0;
  },
});
