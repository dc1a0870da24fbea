import { defineProcessor } from "../../component/factory.ts";
import { signals } from "../../pdata/signal.ts";
import { memoryLimiterConfig } from "./config.ts";
import { MemoryLimiterProcessor } from "./memory-limiter-processor.ts";
import { processMemory } from "./process-memory.ts";

export const memoryLimiter = defineProcessor({
  type: "memory_limiter",
  stability: "beta",
  description: "Refuses data while the process uses too much memory",
  config: memoryLimiterConfig,
  signals,
  mutatesData: false,
  create: (config, settings, next) => new MemoryLimiterProcessor({ config, settings, next, memory: processMemory }),
});
