import { defineCommand, UsageError } from "../command.ts";
import { presetFlags, presetNames, readPresetFlags } from "../preset-flags.ts";

export const init = defineCommand({
  name: "init",
  usage: ["init [--preset NAME] [flags]"],
  about: `Writes a configuration with comments to begin with. It is valid as it is: run it, then change it.

  local       takes OTLP, shows what arrives; the same that runs without any configuration
  airflow     the same for Airflow: with its port 8889, and the lines to set in Airflow
  production  takes OTLP from other machines, keeps it on disk until the backend has it`,
  flags: {
    preset: { type: "string", value: "NAME", about: "Which one (default local)", choices: presetNames },
    output: { type: "string", short: "o", value: "FILE", about: "Where to write (default otelcol.yaml); - is stdout" },
    force: { type: "boolean", about: "Replace FILE if it is there" },
    ...presetFlags,
  },
  exitCodes: { 0: "written", 1: "the file is there already or cannot be written, or a flag is wrong" },
  examples: [
    "otelcol init",
    "otelcol init --preset airflow --wavefront http://localhost --output airflow.yaml",
    "otelcol init --preset production --output - | less",
  ],
  async run(options) {
    const [{ writeFile }, { presetText }, { print }] = await Promise.all([
      import("node:fs/promises"),
      import("../presets.ts"),
      import("../print.ts"),
    ]);
    const preset = presetNames.find((name) => name === options.text("preset")) ?? "local";
    const text = presetText(preset, { ...(await readPresetFlags(options)), inContainer: false });
    const file = options.text("output") ?? "otelcol.yaml";
    if (file === "-") {
      await print("stdout", text);
      return 0;
    }
    try {
      await writeFile(file, text, { flag: options.has("force") ? "w" : "wx" });
    } catch (error) {
      throw new UsageError(`Cannot write ${file}: ${reasonOf(error)}`);
    }
    await print("stdout", `Wrote ${file}. Run it: otelcol --config ${file}\n`);
    return 0;
  },
});

function reasonOf(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "EEXIST") {
    return "it is there already; choose another name with --output, or replace it with --force";
  }
  return error instanceof Error ? error.message : String(error);
}
