import * as v from "valibot";
import { count, duration, field, list, section } from "../../component/fields.ts";

export type BatchConfig = v.InferOutput<typeof batchConfig>;

export const batchConfig = v.pipe(
  section({
    timeout: field(duration, {
      about:
        "Time after which a batch is sent whatever its size; 0 sends every input at once, cut to `send_batch_max_size`",
      default: "200ms",
    }),
    send_batch_size: field(count, {
      about: "Number of items after which a batch is sent; 0 sends every input at once",
      default: 8192,
      unit: "items",
    }),
    send_batch_max_size: field(count, {
      about: "Largest batch; larger ones are cut; 0 is no limit",
      default: 0,
      unit: "items",
    }),
    metadata_keys: field(list(v.string()), {
      about: "Request metadata that keeps batches apart: one for each combination of values",
      default: [],
    }),
    metadata_cardinality_limit: field(count, {
      about: "Most combinations of metadata values; 0 is no limit",
      default: 1000,
      unit: "combinations",
    }),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { timeout, sendBatchSize, sendBatchMaxSize, metadataKeys } = dataset.value;
    if (sendBatchMaxSize > 0 && sendBatchMaxSize < sendBatchSize) {
      addIssue({ message: "send_batch_max_size must be greater or equal to send_batch_size" });
    }
    const seen = new Set<string>();
    for (const key of metadataKeys) {
      const lowered = key.toLowerCase();
      if (seen.has(lowered)) {
        addIssue({ message: `duplicate entry in metadata_keys: ${JSON.stringify(lowered)} (case-insensitive)` });
      }
      seen.add(lowered);
    }
    if (timeout < 0) addIssue({ message: "timeout must be greater or equal to 0" });
  }),
);
