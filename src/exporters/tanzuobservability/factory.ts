import { defineExporter } from "../../component/factory.ts";
import { wavefrontConfig } from "./config.ts";
import { createWavefrontExporter } from "./create-wavefront-exporter.ts";

export const tanzuobservability = defineExporter({
  type: "tanzuobservability",
  stability: "beta",
  description: "Sends traces and metrics to a Wavefront proxy",
  config: wavefrontConfig,
  signals: ["traces", "metrics"],
  create: createWavefrontExporter,
});
