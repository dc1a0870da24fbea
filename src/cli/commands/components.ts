import { defineCommand } from "../command.ts";

export const components = defineCommand({
  name: "components",
  usage: ["components"],
  about: `Lists everything that is built in, as YAML: the types that a configuration may name, with the stability
of each signal, and the schemes of --config.`,
  flags: {},
  exitCodes: { 0: "printed", 1: "a flag is wrong" },
  examples: ["otelcol components"],
  async run() {
    const [{ componentList }, { distribution }, { readBuildInfo }, { toYaml }, { print }] = await Promise.all([
      import("../component-list.ts"),
      import("../../distribution.ts"),
      import("../build-info.ts"),
      import("../to-yaml.ts"),
      import("../print.ts"),
    ]);
    await print("stdout", toYaml(await componentList(distribution, readBuildInfo())));
    return 0;
  },
});
