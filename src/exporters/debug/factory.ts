import { defineExporter } from "../../component/factory.ts";
import { signals } from "../../pdata/signal.ts";
import { debugConfig } from "./config.ts";
import { createDebugExporter } from "./create-debug-exporter.ts";
import type { ForeignFormats } from "./formats/format.ts";

/** `debug` with formats from elsewhere: components never import each other, so the distribution brings them. */
export function debugWith(foreign: ForeignFormats) {
  return defineExporter({
    type: "debug",
    stability: "alpha",
    description: "Prints what it gets on the console",
    config: debugConfig,
    signals,
    create: (config, settings) => createDebugExporter(config, settings, foreign),
  });
}

export const debug = debugWith({});
