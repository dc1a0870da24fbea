import { defineExporter } from "../../component/factory.ts";
import { section } from "../../component/fields.ts";
import { signals } from "../../pdata/signal.ts";

export const nopExporter = defineExporter({
  type: "nop",
  stability: "beta",
  description: "Takes everything and sends it nowhere",
  config: section({}),
  signals,
  create: () => ({
    start: () => Promise.resolve(),
    consume: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }),
});
