import * as v from "valibot";
import { boolean, count, duration, field, list, oneOf, optionalField, section } from "../../component/fields.ts";
import { queueFields } from "../../sending/config.ts";

export type DebugConfig = v.InferOutput<typeof debugConfig>;
export type Verbosity = DebugConfig["verbosity"];

const verbosity = v.nullable(
  v.pipe(
    v.string(),
    v.transform((text) => text.toLowerCase()),
    v.picklist(["basic", "normal", "detailed"], (issue) =>
      issue.input === "none"
        ? 'verbosity level "None" is not supported'
        : `Invalid type: Expected ${issue.expected ?? ""} but received ${issue.received}`,
    ),
  ),
  "basic",
);

export const debugConfig = v.pipe(
  section({
    format: field(oneOf(["text", "tree", "line", "json", "wavefront"]), {
      about:
        "`text` as upstream, by verbosity; a `tree` for each trace; a `line` an item; OTLP `json`; the lines that go to `wavefront`",
      default: "text",
    }),
    wait_for_parent: field(duration, {
      about: "How long a `tree` waits for spans that are missing, from the last one of its trace",
      default: "30s",
    }),
    verbosity: field(verbosity, {
      about:
        "How much is printed of a batch: counts (`basic`), also a line an item (`normal`), or every field (`detailed`)",
      default: "basic",
    }),
    sampling_initial: field(count, {
      about: "Entries of equal text that are printed in each second before `sampling_thereafter` applies",
      default: 2,
    }),
    sampling_thereafter: field(count, {
      about: "Then every n-th entry of equal text is printed; 1 is all, 0 is none",
      default: 1,
    }),
    use_internal_logger: field(boolean, {
      about: "Prints through the log of the collector, with its level, sampling and outputs",
      default: true,
    }),
    output_paths: optionalField(v.union([v.null(), list(v.string())]), {
      about: "Where to print without the log of the collector: `stdout`, `stderr` or files; `stdout` if absent",
      example: "[stdout]",
    }),
    sending_queue: queueFields(false),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { format, useInternalLogger, outputPaths = null } = dataset.value;
    if (outputPaths === null) return;
    if (useInternalLogger && format === "text") {
      addIssue({ message: "output_paths is not supported when use_internal_logger is true" });
    } else if (outputPaths.length === 0) {
      addIssue({ message: "output_paths must not be empty when use_internal_logger is false" });
    }
  }),
);
