import type { Gauge, Meter } from "../../component/meter.ts";
import type { Batch } from "../../pdata/batch.ts";
import { byteSizeBuckets, itemCountBuckets } from "../../sending/size-buckets.ts";

/** What made a batch leave: its size, or the timer (also the end). */
export type Trigger = "size" | "timeout";

export interface BatchMetrics {
  /** A batch that the next stage has taken. */
  sent(trigger: Trigger, batch: Batch): void;
  /** Combinations of metadata values; 1 without `metadata_keys`. Pipelines that share an id add up. */
  readonly cardinality: Gauge;
}

export function batchMetrics(meter: Meter): BatchMetrics {
  const triggers = {
    size: meter.counter({
      name: "otelcol_processor_batch_batch_size_trigger_send",
      description: "Number of times the batch was sent due to a size trigger",
      level: "normal",
    }),
    timeout: meter.counter({
      name: "otelcol_processor_batch_timeout_trigger_send",
      description: "Number of times the batch was sent due to a timeout trigger",
      level: "normal",
    }),
  };
  const size = meter.histogram({
    name: "otelcol_processor_batch_batch_send_size",
    description: "Number of units in the batch",
    level: "normal",
    buckets: itemCountBuckets,
  });
  const sizeBytes = meter.histogram({
    name: "otelcol_processor_batch_batch_send_size_bytes",
    description: "Number of bytes in batch that was sent",
    level: "detailed",
    buckets: byteSizeBuckets,
  });
  return {
    sent(trigger, batch) {
      triggers[trigger].add(1);
      size.record(batch.itemCount);
      sizeBytes.record(batch.bytes.length);
    },
    cardinality: meter.gauge({
      name: "otelcol_processor_batch_metadata_cardinality",
      description: "Number of distinct metadata value combinations being processed",
      level: "normal",
    }),
  };
}
