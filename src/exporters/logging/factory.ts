import { defineExporter } from "../../component/factory.ts";
import { signals } from "../../pdata/signal.ts";
import { loggingConfig } from "./config.ts";
import { LoggingExporter } from "./logging-exporter.ts";

export const logging = defineExporter({
  type: "logging",
  stability: "stable",
  description: "Prints what it gets on the console in the form of version 0.45; its successor is debug",
  config: loggingConfig,
  signals,
  create: (config, settings) => new LoggingExporter(config, settings),
});
