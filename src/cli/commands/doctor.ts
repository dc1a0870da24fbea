import { choiceFlags, chooseSources } from "../choose-sources.ts";
import { defineCommand } from "../command.ts";
import { readTimeout } from "../timeout-flag.ts";

export const doctor = defineCommand({
  name: "doctor",
  usage: ["doctor --config FILE [flags]", "doctor [--preset NAME] [flags]"],
  about: `Checks a running collector and what it sends to: the configuration, its ports and who holds them, a span by
each protocol and whether the ledger has it, whether the targets can be reached, clock and limits.`,
  flags: {
    ...choiceFlags,
    "no-send": { type: "boolean", about: "Send no test spans" },
    "timeout": { type: "string", value: "DURATION", about: "Longest wait for each answer (default 3s)" },
    "insecure": { type: "boolean", about: "Take any certificate" },
    "format": { type: "string", value: "NAME", about: "How to print (default text)", choices: ["text", "json"] },
  },
  exitCodes: { 0: "nothing failed; there may be warnings", 1: "something failed, or a flag is wrong" },
  examples: [
    "otelcol doctor",
    "otelcol doctor --config config/otel-local-config.yaml",
    "otelcol doctor --config a.yaml --format json",
  ],
  async run(options) {
    const { sources } = await chooseSources(options);
    const timeoutMs = readTimeout(options.text("timeout"), 3000);
    const [{ loadForUser }, { print }] = await Promise.all([import("../load.ts"), import("../print.ts")]);
    const config = await loadForUser(sources);
    if (config === undefined) return 1;
    const { examine } = await import("../doctor.ts");
    const checks = await examine(config, {
      timeoutMs,
      insecure: options.has("insecure"),
      sends: !options.has("no-send"),
    });
    const hasFailed = checks.some(({ status }) => status === "fail");
    if (options.text("format") === "json") {
      await print("stdout", `${JSON.stringify({ healthy: !hasFailed, checks }, null, 2)}\n`);
    } else {
      const lines = checks.map(({ name, status, detail, remedy }) => {
        const line = `${status.toUpperCase().padEnd(4)}  ${name}: ${detail}`;
        return remedy === undefined ? line : `${line}\n      ${remedy}`;
      });
      await print("stdout", `${lines.join("\n")}\n`);
    }
    return hasFailed ? 1 : 0;
  },
});
