import { defineCommand, UsageError } from "../command.ts";

export const explain = defineCommand({
  name: "explain",
  usage: ["explain COMPONENT|PATH"],
  about: `Says what a component or a key of the configuration means: type, default, unit, an example, the keys below.
A path is written with :: or dots, and may begin at the component.`,
  operands: { name: "COMPONENT|PATH", min: 1, max: 8 },
  flags: {},
  exitCodes: { 0: "printed", 1: "there is nothing of that name" },
  examples: [
    "otelcol explain batch",
    "otelcol explain processors::batch::send_batch_size",
    "otelcol explain otlp.protocols.grpc.tls",
    "otelcol explain service.telemetry.metrics",
  ],
  async run({ operands }) {
    const [{ explain: find, NotExplained }, { explainText }, { distribution }, { print }] = await Promise.all([
      import("../../config/explain.ts"),
      import("../explain-text.ts"),
      import("../../distribution.ts"),
      import("../print.ts"),
    ]);
    try {
      const found = await find(operands.join(" "), distribution);
      await print("stdout", found.map(explainText).join("\n"));
      return 0;
    } catch (error) {
      if (error instanceof NotExplained) throw new UsageError(error.message);
      throw error;
    }
  },
});
