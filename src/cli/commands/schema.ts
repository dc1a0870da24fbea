import { defineCommand } from "../command.ts";

export const schema = defineCommand({
  name: "schema",
  usage: ["schema"],
  about: `Prints a JSON Schema of the whole configuration, made from the same source as the checks: editors complete
keys, show what they mean, and mark what is wrong. Write it to a file, and name that at the top of the YAML.`,
  flags: {},
  notes: {
    "In an editor": `# yaml-language-server: $schema=./otelcol.schema.json
This line at the top of a file is read by the YAML extensions of VS Code, Neovim, Helix and others.`,
  },
  exitCodes: { 0: "printed", 1: "a flag is wrong" },
  examples: ["otelcol schema > otelcol.schema.json"],
  async run() {
    const [{ configSchema }, { distribution }, { print }] = await Promise.all([
      import("../../config/json-schema.ts"),
      import("../../distribution.ts"),
      import("../print.ts"),
    ]);
    await print("stdout", `${JSON.stringify(await configSchema(distribution), undefined, 2)}\n`);
    return 0;
  },
});
