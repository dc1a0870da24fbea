import * as v from "valibot";
import {
  boolean,
  count,
  duration,
  field,
  list,
  number,
  oneOf,
  optionalField,
  section,
  string,
} from "../component/fields.ts";

export type QueueConfig = v.InferOutput<typeof queueSection>;
export type RetryConfig = v.InferOutput<typeof retrySection>;

/** What a queue counts: batches, items, or bytes of OTLP. */
export type Sizer = QueueConfig["sizer"];

const sizers = ["requests", "items", "bytes"] as const;

const batchSection = section({
  enabled: field(boolean, { about: "Off takes `batch` away; writing `batch` turns it on", default: true }),
  flush_timeout: field(duration, {
    about: "Time after the first item when a batch is sent whatever its size",
    default: "200ms",
  }),
  min_size: field(count, { about: "Size at which a batch is sent, in units of `sizer`", default: 8192 }),
  max_size: field(count, { about: "Largest batch; larger ones are cut; 0 is no limit", default: 0 }),
  sizer: optionalField(oneOf(sizers), {
    about: "`items` or `bytes`; without it what `sizer` of the queue says, or `items`",
  }),
  partition: field(
    section({
      metadata_keys: field(list(v.string()), {
        about: "Request metadata that keeps batches apart: one for each combination of values",
        default: [],
      }),
    }),
    { about: "What is never in one batch", default: {} },
  ),
});

const queueSection = v.pipe(
  section({
    enabled: field(boolean, {
      about: "Puts a queue in front of sending; callers wait for the backend without it",
      default: true,
    }),
    num_consumers: field(count, { about: "Batches that are sent at the same time", default: 10, unit: "batches" }),
    queue_size: field(count, {
      about: "Room in the queue, in units of `sizer`; what is being sent takes room too",
      default: 1000,
    }),
    sizer: optionalField(oneOf(sizers), { about: "What `queue_size` counts; `requests` if it is not written" }),
    block_on_overflow: field(boolean, {
      about: "A caller waits for room when the queue is full, instead of being refused",
      default: false,
    }),
    wait_for_result: field(boolean, {
      about: "A caller waits until its batch is sent, and gets the error",
      default: false,
    }),
    storage: optionalField(string, {
      about: "Id of a storage extension: the queue is on disk then, and `consume` waits until a batch is there",
      example: "file_storage",
      refersTo: "extension",
    }),
    batch: optionalField(batchSection, { about: "Merges what is in the queue into larger batches" }),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || !dataset.value.enabled) return;
    const { numConsumers, queueSize, storage, waitForResult, sizer, batch } = dataset.value;
    if (numConsumers === 0) addIssue({ message: "`num_consumers` must be positive" });
    if (queueSize === 0) addIssue({ message: "`queue_size` must be positive" });
    if (waitForResult && (storage ?? "") !== "") {
      addIssue({
        message: "`wait_for_result` is not supported with a persistent queue configured with `storage`",
      });
    }
    if (batch?.enabled !== true) return;
    const batchSizer = batch.sizer ?? sizer ?? "items";
    if (batchSizer === "requests") {
      addIssue({ message: '`batch` supports only `items` or `bytes` sizer, found "requests"' });
    }
    if (batch.flushTimeout <= 0) addIssue({ message: "`flush_timeout` must be positive" });
    if (batch.maxSize > 0 && batch.maxSize < batch.minSize) {
      addIssue({ message: "`max_size` must be greater than or equal to `min_size`" });
    }
    if (batchSizer !== "requests" && batchSizer === sizer && batch.minSize > queueSize) {
      addIssue({ message: "`min_size` must be less than or equal to `queue_size`" });
    }
  }),
  v.transform(({ storage, sizer, batch, ...rest }) => ({
    ...rest,
    sizer: sizer ?? "requests",
    batch: batch?.enabled === true ? mergeConfig(batch, batch.sizer ?? sizer) : undefined,
    storage: storage === undefined || storage === "" ? undefined : storage,
  })),
);

/** How batches of the queue are merged. Sizes are in items or bytes. */
export interface MergeConfig {
  readonly flushTimeout: number;
  readonly minSize: number;
  readonly maxSize: number;
  readonly isInBytes: boolean;
  /** In lower case. */
  readonly metadataKeys: readonly string[];
}

function mergeConfig(batch: v.InferOutput<typeof batchSection>, sizer: string | undefined): MergeConfig {
  const { flushTimeout, minSize, maxSize, partition } = batch;
  const metadataKeys = partition.metadataKeys.map((key) => key.toLowerCase());
  return { flushTimeout, minSize, maxSize, isInBytes: sizer === "bytes", metadataKeys };
}

/** The key `sending_queue`. Where it is off by default, writing the key turns it on. */
export function queueFields(defaultEnabled: boolean) {
  return field(queueSection, {
    about: "Holds batches while the backend is slow or away",
    default: defaultEnabled ? {} : { enabled: false },
  });
}

const retrySection = v.pipe(
  section({
    enabled: field(boolean, { about: "Tries again after a failure that may pass", default: true }),
    initial_interval: field(duration, { about: "Wait before the second attempt", default: "5s" }),
    randomization_factor: field(number, { about: "Spread of a wait, as a part of it to either side", default: 0.5 }),
    multiplier: field(number, { about: "Growth of the wait from attempt to attempt", default: 1.5 }),
    max_interval: field(duration, { about: "Largest wait, before the spread", default: "30s" }),
    max_elapsed_time: field(duration, {
      about: "Time from the first attempt after which a batch is given up; 0 is never",
      default: "5m",
    }),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { initialInterval, randomizationFactor, multiplier, maxInterval, maxElapsedTime } = dataset.value;
    if (initialInterval < 0) addIssue({ message: "'initial_interval' must be non-negative" });
    if (randomizationFactor < 0 || randomizationFactor > 1) {
      addIssue({ message: "'randomization_factor' must be within [0, 1]" });
    }
    if (multiplier < 0) addIssue({ message: "'multiplier' must be non-negative" });
    if (maxInterval < 0) addIssue({ message: "'max_interval' must be non-negative" });
    if (maxElapsedTime < 0) addIssue({ message: "'max_elapsed_time' must be non-negative" });
    if (maxElapsedTime <= 0) return;
    if (maxElapsedTime < initialInterval) {
      addIssue({ message: "'max_elapsed_time' must not be less than 'initial_interval'" });
    }
    if (maxElapsedTime < maxInterval) addIssue({ message: "'max_elapsed_time' must not be less than 'max_interval'" });
  }),
);

/** The key `retry_on_failure`. */
export function retryFields(defaultEnabled = true) {
  return field(retrySection, {
    about: "Sends again what failed for a reason that may pass",
    default: defaultEnabled ? {} : { enabled: false },
  });
}

/** The key `timeout`, for one attempt. */
export function timeoutField(defaultText = "5s") {
  return field(v.pipe(duration, v.minValue(0, "'timeout' must be non-negative")), {
    about: "Time that one attempt may take; 0 is no limit",
    default: defaultText,
  });
}
