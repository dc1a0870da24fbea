import * as v from "valibot";
import { boolean, duration, field, integer, optionalField, section, string } from "../../component/fields.ts";
import { auxiliaryServerFields } from "../../net/auxiliary-server-config.ts";

export type HealthCheckConfig = v.InferOutput<typeof healthCheckConfig>;

export const healthCheckConfig = section({
  ...auxiliaryServerFields({ endpoint: "localhost:13133", whenEmpty: "bad config: endpoint must be specified" }),
  path: field(
    v.pipe(
      string,
      v.check((path) => path.startsWith("/"), "bad config: path must start with /"),
    ),
    { about: "Path of the answer; with `/` every path answers", default: "/" },
  ),
  response_body: optionalField(
    v.nullable(
      section({
        healthy: field(string, { about: "Text of the answer when data can come", default: "" }),
        unhealthy: field(string, { about: "Text of the answer when it cannot", default: "" }),
      }),
    ),
    { about: "Texts instead of the JSON" },
  ),
  check_collector_pipeline: field(
    section({
      enabled: field(boolean, { about: "Answer 500 when exporters fail too often", default: false }),
      interval: field(duration, { about: "The time in which failures count", default: "5m" }),
      exporter_failure_threshold: field(
        v.pipe(
          integer,
          v.check((count) => count > 0, "bad config: exporter_failure_threshold expects a positive number"),
        ),
        { about: "Most failures of all exporters in that time", default: 5, unit: "failures" },
      ),
    }),
    { about: "Look at the exporters as well", default: {} },
  ),
  reload: field(
    section({
      enabled: field(boolean, {
        about: "Take `POST /-/reload` from this machine: the configuration is read again, as for SIGHUP",
        default: false,
      }),
    }),
    { about: "Reload by HTTP", default: {} },
  ),
});
