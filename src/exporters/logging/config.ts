import * as v from "valibot";
import { count, field, oneOf, optionalField, section } from "../../component/fields.ts";

export type LoggingConfig = v.InferOutput<typeof loggingConfig>;

// An empty key is the zero value of its type: the level `info`, the verbosity `basic`.
const level = v.nullable(oneOf(["debug", "info", "warn", "error", "dpanic", "panic", "fatal"]), "info");
const verbosity = v.nullable(oneOf(["basic", "normal", "detailed"]), "basic");

export const loggingConfig = v.pipe(
  section({
    loglevel: optionalField(level, {
      about:
        "What is printed: counts and every field (`debug`), counts (`info`), or nothing (higher levels); default `info`",
      example: "debug",
    }),
    verbosity: optionalField(verbosity, {
      about: "The later name of `loglevel`: `detailed` is `debug`, `normal` and `basic` are `info`",
      example: "detailed",
    }),
    sampling_initial: field(count, {
      about: "Entries of equal text that are printed in each second before `sampling_thereafter` applies",
      default: 2,
    }),
    sampling_thereafter: field(count, {
      about: "Then every n-th entry of equal text is printed; 1 is all, 0 is none",
      default: 500,
    }),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    if (dataset.value.loglevel !== undefined && dataset.value.verbosity !== undefined) {
      addIssue({ message: "`loglevel` and `verbosity` say the same: keep one of them" });
    }
  }),
);
