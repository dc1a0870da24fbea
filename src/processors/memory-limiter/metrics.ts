import type { Counter, Meter } from "../../component/meter.ts";
import { itemNames, type Signal } from "../../pdata/signal.ts";

export interface MemoryLimiterMetrics {
  readonly accepted: Counter;
  readonly refused: Counter;
}

export function memoryLimiterMetrics(meter: Meter, signal: Signal): MemoryLimiterMetrics {
  const items = itemNames[signal];
  const words = items.replaceAll("_", " ");
  return {
    accepted: meter.counter({
      name: `otelcol_processor_memory_limiter_accepted_${items}`,
      description: `Number of ${words} successfully pushed into the next component in the pipeline`,
    }),
    refused: meter.counter({
      name: `otelcol_processor_memory_limiter_refused_${items}`,
      description: `Number of ${words} that were rejected by the memory limiter`,
    }),
  };
}
