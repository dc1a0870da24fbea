import { defineCommand } from "../command.ts";

export const completion = defineCommand({
  name: "completion",
  usage: ["completion bash|zsh|fish"],
  about: "Prints a script that completes commands, flags and their values in a shell.",
  operands: { name: "bash|zsh|fish", min: 1, max: 1 },
  flags: {},
  notes: {
    Install: `bash  otelcol completion bash > ~/.local/share/bash-completion/completions/otelcol
zsh   otelcol completion zsh > a folder of $fpath, in a file called _otelcol
fish  otelcol completion fish > ~/.config/fish/completions/otelcol.fish`,
  },
  exitCodes: { 0: "printed", 1: "there is no script for that shell" },
  examples: ["otelcol completion bash", "otelcol completion fish"],
  async run({ operands: [shell = ""] }) {
    const [{ completionScript }, { print }] = await Promise.all([
      import("../completion-script.ts"),
      import("../print.ts"),
    ]);
    await print("stdout", await completionScript(shell));
    return 0;
  },
});
