import { defineExporter } from "../../component/factory.ts";
import { signals } from "../../pdata/signal.ts";
import { debugConfig } from "./config.ts";
import { createDebugExporter } from "./create-debug-exporter.ts";

export const debug = defineExporter({
  type: "debug",
  stability: "alpha",
  description: "Prints what it gets on the console",
  config: debugConfig,
  signals,
  create: createDebugExporter,
});
