import * as v from "valibot";
import {
  boolean,
  count,
  duration,
  field,
  headers,
  oneOf,
  optionalField,
  secret,
  section,
  string,
} from "../../src/component/fields.ts";
import type { FactoryRegistry } from "../../src/component/factory-registry.ts";
import {
  defineExporter,
  defineExtension,
  defineProcessor,
  defineReceiver,
  type ConsumerComponent,
} from "../../src/component/factory.ts";

const idle = {
  start: async () => {},
  shutdown: async () => {},
  consume: async () => {},
} satisfies ConsumerComponent;

const server = section({
  endpoint: field(string, { about: "Address", default: "localhost:4317" }),
  include_metadata: field(boolean, { about: "Keep headers", default: false }),
});

const otlp = defineReceiver({
  type: "otlp",
  stability: "stable",
  description: "OTLP",
  signals: ["traces", "metrics", "logs"],
  config: v.pipe(
    section({
      protocols: field(
        section({ grpc: optionalField(server, { about: "gRPC" }), http: optionalField(server, { about: "HTTP" }) }),
        {
          about: "Protocols",
          default: {},
        },
      ),
    }),
    v.check(
      ({ protocols }) => protocols.grpc !== undefined || protocols.http !== undefined,
      "must specify at least one protocol when using the OTLP receiver",
    ),
  ),
  create: () => idle,
});

const batch = defineProcessor({
  type: "batch",
  stability: "beta",
  description: "Batches",
  signals: ["traces", "metrics", "logs"],
  mutatesData: false,
  config: v.pipe(
    section({
      timeout: field(duration, { about: "Longest wait", default: "200ms" }),
      send_batch_size: field(count, { about: "Trigger", default: 8192 }),
      send_batch_max_size: field(count, { about: "Maximum", default: 0 }),
    }),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const { sendBatchSize, sendBatchMaxSize } = dataset.value;
      if (sendBatchMaxSize > 0 && sendBatchMaxSize < sendBatchSize) {
        addIssue({ message: "send_batch_max_size must be greater or equal to send_batch_size" });
      }
    }),
  ),
  create: () => idle,
});

const debug = defineExporter({
  type: "debug",
  stability: "alpha",
  description: "Console",
  signals: ["traces", "metrics", "logs"],
  config: section({
    verbosity: field(oneOf(["basic", "normal", "detailed"]), { about: "How much", default: "basic" }),
    use_internal_logger: field(boolean, { about: "Through the log", default: true }),
  }),
  create: () => idle,
});

const wavefront = defineExporter({
  type: "tanzuobservability",
  stability: "beta",
  description: "Wavefront",
  signals: ["traces", "metrics"],
  config: section({
    token: field(secret, { about: "Token", default: "" }),
    headers: field(headers, { about: "Headers", default: {} }),
    level: field(v.nullable(v.number(), 0), { about: "A number", default: 0 }),
    note: field(string, { about: "A text", default: "a note" }),
    labels: field(v.nullable(v.record(v.string(), v.string()), {}), { about: "Texts", default: {} }),
  }),
  create: () => idle,
});

const otlpGrpc = defineExporter({
  type: "otlp_grpc",
  aliases: [{ type: "otlp", notice: '"otlp" alias is deprecated; use "otlp_grpc" instead' }],
  stability: "stable",
  description: "OTLP out",
  signals: ["traces", "metrics", "logs"],
  config: section({ endpoint: field(string, { about: "Address", default: "" }) }),
  create: () => idle,
});

const zpages = defineExtension({
  type: "zpages",
  stability: "beta",
  description: "Pages",
  config: section({ endpoint: field(string, { about: "Address", default: "localhost:55679" }) }),
  create: () => idle,
});

/** Small stand-ins with the shapes that real components have. */
export const fakeRegistry: FactoryRegistry = [
  { kind: "receiver", type: "otlp", load: async () => otlp },
  { kind: "processor", type: "batch", load: async () => batch },
  { kind: "exporter", type: "debug", load: async () => debug },
  { kind: "exporter", type: "tanzuobservability", aliases: ["wavefront"], load: async () => wavefront },
  { kind: "exporter", type: "otlp_grpc", aliases: ["otlp"], load: async () => otlpGrpc },
  { kind: "extension", type: "zpages", load: async () => zpages },
];
