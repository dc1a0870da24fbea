import * as v from "valibot";
import { field, list, section } from "../component/fields.ts";
import { telemetryConfig } from "./telemetry-config.ts";

/** One pipeline as written; what its ids mean is checked later. */
const pipeline = section({
  receivers: field(list(v.string()), { about: "Where the pipeline's data comes from", default: [] }),
  processors: field(list(v.string()), { about: "What it passes, in this order", default: [] }),
  exporters: field(list(v.string()), { about: "Where it goes, to each of them", default: [] }),
});

/** The `service` section. */
export const serviceConfig = section({
  extensions: field(list(v.string()), { about: "Extensions to start, in this order", default: [] }),
  pipelines: field(v.nullable(v.record(v.string(), pipeline), {}), {
    about: "Routes of the data, named signal or signal/name",
    default: {},
  }),
  telemetry: field(telemetryConfig, { about: "The collector's own logs and metrics", default: {} }),
});

export type ServiceConfig = v.InferOutput<typeof serviceConfig>;
