import { readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { generate } from "../../scripts/generate-schema.ts";
import { messageNamed, requestSchemas } from "../../src/pdata/schema.ts";

t.test("the generated schema is what proto/ says", (t) => {
  const file = path.join(import.meta.dirname, "../../src/pdata/schema.generated.ts");
  t.equal(readFileSync(file, "utf8"), generate(), "run `npm run generate`");
  t.end();
});

t.test("fields are found by proto name and by JSON name", (t) => {
  const span = messageNamed("Span");
  t.equal(span.byName.get("trace_id"), span.byName.get("traceId"));
  t.match(span.byName.get("startTimeUnixNano"), { number: 7, kind: "fixed64", repeated: false, oneof: "" });
  t.match(messageNamed("HistogramDataPoint").byName.get("sum"), { optional: true, oneof: "" });
  t.match(messageNamed("SummaryDataPoint").byName.get("sum"), { optional: false });
  t.match(messageNamed("AnyValue").byName.get("intValue"), { optional: false, oneof: "value" });
  t.equal(requestSchemas.metrics.byNumber.get(1)?.message?.name, "opentelemetry.proto.metrics.v1.ResourceMetrics");
  t.end();
});
