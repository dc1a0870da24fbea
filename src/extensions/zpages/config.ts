import * as v from "valibot";
import { boolean, duration, field, section, string } from "../../component/fields.ts";
import { parseEndpoint } from "../../net/endpoint.ts";

export type ZpagesConfig = v.InferOutput<typeof zpagesConfig>;

const endpoint = v.pipe(
  string,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    if (dataset.value === "") {
      addIssue({ message: '"endpoint" is required when using the "zpages" extension' });
      return;
    }
    try {
      parseEndpoint(dataset.value);
    } catch (error) {
      addIssue({ message: error instanceof Error ? error.message : String(error) });
    }
  }),
);

export const zpagesConfig = section({
  endpoint: field(endpoint, {
    about: "Where to listen, `host:port`; 0.0.0.0 is all interfaces",
    default: "localhost:55679",
    example: "0.0.0.0:55679",
  }),
  read_header_timeout: field(duration, { about: "How long the head of a request may take", default: "1m" }),
  write_timeout: field(duration, { about: "How long an answer may take", default: "30s" }),
  idle_timeout: field(duration, { about: "How long a connection may stay without a request", default: "1m" }),
  expvar: field(
    section({ enabled: field(boolean, { about: "Serve /debug/expvarz: memory of the process", default: false }) }),
    { about: "Variables of the process as JSON", default: {} },
  ),
});
