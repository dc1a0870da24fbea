import t from "tap";
import { nearestName } from "../../src/config/nearest-name.ts";

t.test("nearestName() finds what was meant, and says nothing when nothing is close", async (t) => {
  const keys = ["send_batch_size", "send_batch_max_size", "timeout", "metadata_keys"];
  const cases: readonly (readonly [string, readonly string[], string | undefined])[] = [
    ["sendBatchSize", keys, "send_batch_size"],
    ["send-batch-size", keys, "send_batch_size"],
    ["send_batch_maxsize", keys, "send_batch_max_size"],
    ["tiemout", keys, "timeout"],
    ["time_out", keys, "timeout"],
    ["metadata", keys, "metadata_keys"],
    ["protocol", ["protocols"], "protocols"],
    ["otpl", ["otlp", "zipkin"], "otlp"],
    ["exporter", ["receivers", "exporters"], "exporters"],
    ["xyz", keys, undefined],
    ["foo", ["bar", "otlp"], undefined],
    ["a", ["b"], undefined],
    ["", ["otlp"], undefined],
    ["otlp", [], undefined],
  ];
  for (const [text, names, expected] of cases) t.equal(nearestName(text, names), expected, text);
});
