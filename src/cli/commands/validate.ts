import { defineCommand } from "../command.ts";
import { requireSources, sourceFlags } from "../source-flags.ts";

export const validate = defineCommand({
  name: "validate",
  usage: ["validate --config FILE [flags]"],
  about: `Reads, merges, expands and checks a configuration, and starts nothing. Everything that is wrong is told at
once: file, line and column, what is there, what may be there. As text it says nothing of a valid one.`,
  flags: {
    ...sourceFlags,
    format: {
      type: "string",
      value: "FORMAT",
      about: "Text on stderr (the default), or a report on stdout: JSON, or SARIF for code hosts",
      choices: ["text", "json", "sarif"],
    },
  },
  notes: {
    "JSON report": `valid    true or false
phase    how far it came: resolve (read the sources), unmarshal (keys and types), validate (all together)
issues   file, line, column, length (null where there is no place), path, message
notices  what is accepted but worth a word: old spellings, unset variables`,
  },
  exitCodes: { 0: "the configuration is valid", 1: "it is not, or a flag is wrong" },
  examples: [
    "otelcol validate --config config/otel-local-config.yaml",
    "otelcol validate --config otelcol.yaml --format json | jq .issues",
    "otelcol validate --config otelcol.yaml --format sarif > otelcol.sarif",
  ],
  async run(options) {
    const sources = requireSources(options);
    const format = options.text("format") ?? "text";
    if (format === "text") {
      const { loadForUser } = await import("../load.ts");
      return (await loadForUser(sources)) === undefined ? 1 : 0;
    }
    const [{ tryLoad }, { reportOf, sarifOf }, { readBuildInfo }, { print }] = await Promise.all([
      import("../load.ts"),
      import("../issue-format.ts"),
      import("../build-info.ts"),
      import("../print.ts"),
    ]);
    const { error, notices } = await tryLoad(sources);
    const report = reportOf(error, notices);
    const value = format === "sarif" ? sarifOf(report, readBuildInfo()) : report;
    await print("stdout", `${JSON.stringify(value, undefined, 2)}\n`);
    return report.valid ? 0 : 1;
  },
});
