import { defineExtension } from "../../component/factory.ts";
import { memoryBallastConfig } from "./config.ts";
import { MemoryBallastExtension } from "./memory-ballast-extension.ts";

export const memoryBallast = defineExtension({
  type: "memory_ballast",
  stability: "deprecated",
  description: "Accepted in old files, without effect",
  config: memoryBallastConfig,
  create: (_config, settings) => new MemoryBallastExtension(settings.logger),
});
