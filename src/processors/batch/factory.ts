import { defineProcessor } from "../../component/factory.ts";
import { signals } from "../../pdata/signal.ts";
import { BatchProcessor } from "./batch-processor.ts";
import { batchConfig } from "./config.ts";

export const batch = defineProcessor({
  type: "batch",
  stability: "beta",
  description: "Collects items into larger batches",
  config: batchConfig,
  signals,
  // Merging and cutting make new bytes; what came in stays as it is, so a fan-out need not give this pipeline a copy.
  mutatesData: false,
  create: (config, settings, next) => new BatchProcessor({ config, settings, next }),
});
