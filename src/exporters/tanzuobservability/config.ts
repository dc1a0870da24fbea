import * as v from "valibot";
import {
  boolean,
  count,
  duration,
  field,
  integer,
  list,
  oneOf,
  optionalField,
  secret,
  section,
  string,
} from "../../component/fields.ts";
import { clientAuthField } from "../../net/client/authenticator.ts";
import { clientHeadersField, headerProblem } from "../../net/client/client-headers.ts";
import { tlsClientField } from "../../net/client/tls-client-config.ts";
import { queueFields, retryFields, timeoutField } from "../../sending/config.ts";
import { parseEndpoint, parseInstance } from "./endpoint.ts";
import { limitsSection } from "./limits-config.ts";

export type WavefrontConfig = v.InferOutput<typeof wavefrontConfig>;
export type EndpointConfig = WavefrontConfig["traces"];

/** What both endpoints have. Upstream decodes the keys of a Go HTTP client and uses the endpoint alone. */
const endpointEntries = {
  headers: clientHeadersField("HTTP"),
  tls: tlsClientField,
  auth: clientAuthField,
  proxy_url: field(string, { about: "HTTP proxy in front of the Wavefront proxy; empty is none", default: "" }),
  timeout: field(duration, { about: "No effect: `timeout` of the exporter counts", default: "0s" }),
  compression: field(string, {
    about: "`gzip` or `none`; if empty gzip, but large requests to this machine are plain. Others have no effect",
    default: "",
  }),
  read_buffer_size: field(integer, { about: "No effect: a buffer of Go's", default: 0 }),
  write_buffer_size: field(integer, { about: "No effect: a buffer of Go's", default: 0 }),
  max_idle_conns: field(count, { about: "No effect: connections follow `num_consumers`", default: 0 }),
  max_idle_conns_per_host: field(count, { about: "No effect, likewise", default: 0 }),
  max_conns_per_host: field(count, { about: "No effect, likewise", default: 0 }),
  idle_conn_timeout: field(duration, { about: "No effect: idle connections are closed after 30 s", default: "0s" }),
};

const tracesSection = section({
  endpoint: field(string, {
    about: "URL of the proxy's customTracing port; traces need it",
    default: "",
    example: "http://localhost:30001",
  }),
  ...endpointEntries,
});

const metricsSection = section({
  endpoint: field(string, {
    about: "URL of the proxy's metrics port; metrics need it",
    default: "",
    example: "http://localhost:2878",
  }),
  resource_attrs_included: field(boolean, { about: "All resource attributes become point tags", default: false }),
  app_tags_excluded: field(boolean, {
    about: "application, service, cluster and shard of the resource become no point tags",
    default: false,
  }),
  ...endpointEntries,
});

export const presets = ["none", "airflow"] as const;

const defaultTags = v.nullable(
  v.pipe(
    v.record(v.pipe(v.string(), v.nonEmpty("a key is needed")), v.union([v.string(), v.number(), v.boolean()])),
    v.transform((tags): ReadonlyMap<string, string> => {
      return new Map(Object.entries(tags).map(([key, value]) => [key, String(value)]));
    }),
    v.check((tags) => [...tags.values()].every((value) => value.trim() !== ""), "the value of a tag must not be empty"),
  ),
  {},
);

const directSection = v.pipe(
  section({
    url: field(string, {
      about: "URL of the Wavefront instance",
      default: "",
      example: "https://example.wavefront.com",
    }),
    token: field(secret, { about: "API token with the permission for direct data ingestion", default: "" }),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { url, token } = dataset.value;
    const parsed = parseInstance(url);
    if (typeof parsed === "string") addIssue({ message: `failed to parse direct.url: ${parsed}` });
    const value = token.reveal();
    if (value.trim() === "") addIssue({ message: "direct.token required" });
    else if (headerProblem("authorization", value, "HTTP") !== undefined) {
      addIssue({ message: "direct.token has characters that no header may have; check for line ends" });
    }
  }),
);

export const wavefrontConfig = v.pipe(
  section({
    traces: field(tracesSection, { about: "Where traces go", default: {} }),
    metrics: field(metricsSection, { about: "Where metrics go, and what they carry", default: {} }),
    direct: optionalField(directSection, {
      about: "A Wavefront instance to send to without a proxy, instead of both endpoints",
    }),
    preset: field(oneOf(presets), {
      about: "`airflow`: the service is the DAG, the application the deployment, histograms become distributions",
      default: "none",
    }),
    deployment_name: field(string, {
      about: "Application of spans and points that name none, with `preset: airflow`",
      default: "airflow",
    }),
    instance_tag: field(string, {
      about: "Attribute of resources that becomes a tag of all points, to keep instances under one source apart",
      default: "",
      example: "service.instance.id",
    }),
    histograms: optionalField(oneOf(["upstream", "buckets", "distributions"]), {
      about:
        "Cumulative histograms: `upstream`, a line per bucket; `buckets`, with count, sum, min and max beside; " +
        "`distributions`, one distribution of what came since. Default: upstream; distributions with `preset: airflow`",
    }),
    limits: field(limitsSection, { about: "What the proxy, or the account behind it, takes", default: {} }),
    preferred_tags: field(list(v.pipe(v.string(), v.nonEmpty("a key is needed"))), {
      about:
        "Keys that stay on a line when there are too many tags, behind application, service and such; * at the end",
      default: ["dag_id", "task_id", "run_id", "airflow.*"],
    }),
    distinct_span_keys: field(boolean, {
      about:
        "Keys of a span that are equal once cleaned get _2, _3, …; otherwise they stand several times, as upstream",
      default: false,
    }),
    default_tags: field(defaultTags, { about: "Tags of all spans and points that have none of that key", default: {} }),
    timeout: timeoutField("10s"),
    sending_queue: queueFields(true),
    retry_on_failure: retryFields(true),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { traces, metrics, direct } = dataset.value;
    if (direct !== undefined) {
      if (traces.endpoint === "" && metrics.endpoint === "") return;
      addIssue({ message: "direct is instead of traces.endpoint and metrics.endpoint: remove the one or the others" });
    } else if (traces.endpoint === "" && metrics.endpoint === "") {
      addIssue({ message: "traces.endpoint or metrics.endpoint required" });
    }
    const hosts = new Set<string>();
    for (const [key, { endpoint }] of Object.entries({ traces, metrics })) {
      if (endpoint === "") continue;
      const parsed = parseEndpoint(endpoint);
      if (typeof parsed === "string") addIssue({ message: `failed to parse ${key}.endpoint: ${parsed}` });
      else hosts.add(parsed.hostname);
    }
    if (hosts.size > 1) addIssue({ message: "host for metrics and traces must be the same" });
  }),
);
