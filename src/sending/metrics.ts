import type { Gauge, Histogram, Meter } from "../component/meter.ts";
import type { Signal } from "../pdata/signal.ts";
import { byteSizeBuckets, itemCountBuckets } from "./size-buckets.ts";

export interface QueueMetrics {
  readonly enqueueSize: Histogram;
  readonly enqueueSizeBytes: Histogram;
  /** Ends the series that are read at a scrape. */
  close(): void;
}

/** Instruments of a queue; `otelcol_exporter_sent_*` and its siblings come from the ledger. */
export function queueMetrics(
  meter: Meter,
  signal: Signal,
  queue: { readonly size: number; readonly capacity: number },
  oldestAgeMs: () => number,
): QueueMetrics {
  const labels = { data_type: signal };
  const closers = [
    meter.observe(
      {
        name: "otelcol_exporter_queue_size",
        description: "Current size of the sending queue, in units of its sizer, with what is being sent",
        labels,
      },
      () => queue.size,
    ),
    meter.observe(
      {
        name: "otelcol_exporter_queue_capacity",
        description: "Room in the sending queue, in units of its sizer",
        labels,
      },
      () => queue.capacity,
    ),
    meter.observe(
      {
        name: "otelcol_exporter_queue_oldest_age_seconds",
        description: "Time since the oldest batch that is not finished was put into the sending queue",
        labels,
      },
      () => oldestAgeMs() / 1000,
    ),
  ];
  return {
    enqueueSize: meter.histogram({
      name: "otelcol_exporter_enqueue_size",
      description: "Items in a batch that was put into the sending queue",
      level: "detailed",
      labels,
      buckets: itemCountBuckets,
    }),
    enqueueSizeBytes: meter.histogram({
      name: "otelcol_exporter_enqueue_size_bytes",
      description: "Bytes in a batch that was put into the sending queue",
      level: "detailed",
      labels,
      buckets: byteSizeBuckets,
    }),
    close() {
      for (const close of closers) close();
    },
  };
}

export interface MergeMetrics {
  readonly sendSize: Histogram;
  readonly sendSizeBytes: Histogram;
}

/** Instruments of `sending_queue::batch`. */
export function mergeMetrics(meter: Meter, signal: Signal): MergeMetrics {
  const labels = { data_type: signal };
  return {
    sendSize: meter.histogram({
      name: "otelcol_exporter_queue_batch_send_size",
      description: "Items in a batch that was merged in the sending queue",
      level: "detailed",
      labels,
      buckets: itemCountBuckets,
    }),
    sendSizeBytes: meter.histogram({
      name: "otelcol_exporter_queue_batch_send_size_bytes",
      description: "Bytes in a batch that was merged in the sending queue",
      level: "detailed",
      labels,
      buckets: byteSizeBuckets,
    }),
  };
}

export function inFlightGauge(meter: Meter, signal: Signal): Gauge {
  return meter.gauge({
    name: "otelcol_exporter_in_flight_requests",
    description: "Batches being sent, with those that wait for another attempt",
    labels: { data_type: signal },
  });
}
