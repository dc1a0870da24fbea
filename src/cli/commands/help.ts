import { defineCommand, UsageError } from "../command.ts";

export const help = defineCommand({
  name: "help",
  usage: ["help [COMMAND]"],
  about: "Prints the help of a command; without one, how to run the collector and which commands there are.",
  operands: { name: "COMMAND", min: 0, max: 1 },
  flags: {},
  exitCodes: { 0: "printed", 1: "there is no such command" },
  examples: ["otelcol help validate"],
  async run({ operands: [name = "run"] }) {
    const [{ findCommand }, { helpText }, { unknownCommand }, { print }] = await Promise.all([
      import("../commands.ts"),
      import("../help-text.ts"),
      import("../parse-arguments.ts"),
      import("../print.ts"),
    ]);
    const entry = findCommand(name);
    if (entry === undefined) throw new UsageError(unknownCommand(name));
    await print("stdout", helpText(await entry.load()));
    return 0;
  },
});
