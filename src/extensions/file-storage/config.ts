import * as v from "valibot";
import { boolean, count, duration, field, oneOf, section, string } from "../../component/fields.ts";

export type FileStorageConfig = v.InferOutput<typeof fileStorageConfig>;

const noEffect = "No effect: space is given back to the file system as soon as records are done";

const compaction = section({
  directory: field(string, { about: noEffect, default: "" }),
  on_start: field(boolean, { about: noEffect, default: false }),
  on_rebound: field(boolean, { about: noEffect, default: false }),
  rebound_needed_threshold_mib: field(count, { about: noEffect, default: 100, unit: "MiB" }),
  rebound_trigger_threshold_mib: field(count, { about: noEffect, default: 10, unit: "MiB" }),
  max_transaction_size: field(count, { about: noEffect, default: 65_536 }),
  check_interval: field(duration, { about: noEffect, default: "5s" }),
  cleanup_on_start: field(boolean, { about: noEffect, default: false }),
});

export const fileStorageConfig = section({
  directory: field(v.pipe(string, v.nonEmpty("directory must be specified")), {
    about: "Where the files are; one process at a time",
    default: "/var/lib/otelcol/file_storage",
  }),
  create_directory: field(boolean, { about: "Creates the directory if it is not there", default: false }),
  timeout: field(v.pipe(duration, v.minValue(0, "timeout must be non-negative")), {
    about: "Time to wait for another process to leave the directory",
    default: "1s",
  }),
  fsync: field(boolean, {
    about:
      "Acknowledges what the disk has, not what the operating system has; off, a crash of the machine loses seconds",
    default: true,
  }),
  max_size_mib: field(v.pipe(count, v.minValue(1, "max_size_mib must be positive")), {
    about: "Most bytes on disk, of all that is stored in the directory",
    default: 4096,
    unit: "MiB",
  }),
  when_full: field(oneOf(["refuse", "drop_oldest"]), {
    about: "What happens to new data when there is no room: it is refused, or it replaces the oldest",
    default: "refuse",
  }),
  compaction: field(compaction, { about: noEffect, default: {} }),
});
