import t from "tap";
import { ConfigError } from "../../src/config/config-error.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { fakeRegistry } from "./fake-registry.ts";

const base = `receivers:
  otlp:
    protocols:
      grpc:
processors:
  batch:
exporters:
  debug:
service:
  pipelines:
    traces:
      receivers: [otlp]
      processors: [batch]
      exporters: [debug]
`;

interface Mistake {
  readonly what: string;
  readonly from?: string;
  readonly to: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What users see, letter by letter: these texts are the user interface of a broken file. */
const mistakes: readonly Mistake[] = [
  {
    what: "a misspelt key",
    from: "protocols:",
    to: "protocol:",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:3:5 receivers::otlp: has invalid keys: protocol; did you mean "protocols"? (valid keys: protocols)
    3 |     protocol:
      |     ^^^^^^^^`,
  },
  {
    what: "a misspelt section",
    from: "exporters:\n  debug",
    to: "exporter:\n  debug",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:7:1: has invalid keys: exporter; did you mean "exporters"? (valid keys: receivers, processors, exporters, extensions, connectors, service)
    7 | exporter:
      | ^^^^^^^^`,
  },
  {
    what: "text for a number",
    from: "  batch:\n",
    to: "  batch:\n    send_batch_size: many\n",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:7:22 processors::batch::send_batch_size: expected type 'int', got unconvertible type 'string', found "many"; write a number
    7 |     send_batch_size: many
      |                      ^^^^`,
  },
  {
    what: "a number for text",
    from: "      grpc:\n",
    to: "      grpc:\n        endpoint: 4317\n",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:5:19 receivers::otlp::protocols::grpc::endpoint: expected type 'string', got unconvertible type 'int', found 4317; write host and port, such as localhost:4317
    5 |         endpoint: 4317
      |                   ^^^^`,
  },
  {
    what: "yes for a boolean",
    from: "      grpc:\n",
    to: "      grpc: {include_metadata: yes}\n",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:4:32 receivers::otlp::protocols::grpc::include_metadata: expected type 'bool', got unconvertible type 'string', found "yes"; write true or false
    4 |       grpc: {include_metadata: yes}
      |                                ^^^`,
  },
  {
    what: "a duration without unit",
    from: "  batch:\n",
    to: '  batch:\n    timeout: "5"\n',
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:7:14 processors::batch::timeout: time: missing unit in duration "5"; expected a duration such as 200ms, 5s or 1m30s
    7 |     timeout: "5"
      |              ^^^`,
  },
  {
    what: "a word that is not offered",
    from: "  debug:\n",
    to: "  debug:\n    verbosity: detail\n",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:9:16 exporters::debug::verbosity: invalid value "detail"; did you mean "detailed"? (valid values: basic, normal, detailed)
    9 |     verbosity: detail
      |                ^^^^^^`,
  },
  {
    what: "a negative count and a fraction",
    from: "  batch:\n",
    to: "  batch: {send_batch_size: -1, send_batch_max_size: 1.5}\n",
    text: `failed to get config: cannot unmarshal the configuration (2 errors):
c.yaml:6:28 processors::batch::send_batch_size: must be at least 0, found -1
    6 |   batch: {send_batch_size: -1, send_batch_max_size: 1.5}
      |                            ^^
c.yaml:6:53 processors::batch::send_batch_max_size: must be a whole number, found 1.5
    6 |   batch: {send_batch_size: -1, send_batch_max_size: 1.5}
      |                                                     ^^^`,
  },
  {
    what: "a rule over several keys",
    from: "  batch:\n",
    to: "  batch:\n    send_batch_size: 10\n    send_batch_max_size: 5\n",
    text: `invalid configuration:
c.yaml:8:26 processors::batch: send_batch_max_size must be greater or equal to send_batch_size, found 5
    8 |     send_batch_max_size: 5
      |                          ^`,
  },
  {
    what: "a component that nobody has",
    from: "  debug:\n",
    to: "  debug:\n  debgu/2:\n",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:9:3 exporters: unknown type: "debgu" for id: "debgu/2" (valid values: [debug otlp_grpc tanzuobservability]); did you mean "debug"?
    9 |   debgu/2:
      |   ^^^^^^^`,
  },
  {
    what: "a component that only upstream has",
    from: "  otlp:\n",
    to: "  jaeger:\n  otlp:\n",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:2:3 receivers: unknown type: "jaeger" for id: "jaeger" (valid values: [otlp]); "jaeger" is a receiver of the upstream collector that this one does not have: clients that can send OTLP reach the otlp receiver
    2 |   jaeger:
      |   ^^^^^^`,
  },
  {
    what: "references to nothing, all at once",
    from: "receivers: [otlp]\n      processors: [batch]\n      exporters: [debug]",
    to: "receivers: [otpl]\n      processors: [batch, batch]\n      exporters: [batch, zipkin]",
    text: `invalid configuration (4 errors):
c.yaml:12:19 service::pipelines::traces: references receiver "otpl" which is not configured; did you mean "otlp"?
   12 |       receivers: [otpl]
      |                   ^^^^
c.yaml:13:27 service::pipelines::traces: references processor "batch" multiple times
   13 |       processors: [batch, batch]
      |                           ^^^^^
c.yaml:14:19 service::pipelines::traces: references exporter "batch" which is not configured; "batch" is configured as a processor
   14 |       exporters: [batch, zipkin]
      |                   ^^^^^
c.yaml:14:26 service::pipelines::traces: references exporter "zipkin" which is not configured (configured exporters: debug)
   14 |       exporters: [batch, zipkin]
      |                          ^^^^^^`,
  },
  {
    what: "an extension that is not configured",
    from: "service:\n",
    to: "service:\n  extensions: [zpages]\n",
    text: `invalid configuration:
c.yaml:10:16 service::extensions: references extension "zpages" which is not configured; write "zpages:" under extensions
   10 |   extensions: [zpages]
      |                ^^^^^^`,
  },
  {
    what: "a pipeline without receivers and exporters",
    from: "      receivers: [otlp]\n      processors: [batch]\n      exporters: [debug]\n",
    to: "      processors: [batch]\n",
    text: `invalid configuration (2 errors):
c.yaml:11:5 service::pipelines::traces: must have at least one receiver
   11 |     traces:
      |     ^^^^^^
c.yaml:11:5 service::pipelines::traces: must have at least one exporter
   11 |     traces:
      |     ^^^^^^`,
  },
  {
    what: "a signal that an exporter does not take",
    from: "  debug:\nservice:\n  pipelines:\n    traces:\n      receivers: [otlp]\n      processors: [batch]\n      exporters: [debug]",
    to: "  wavefront:\nservice:\n  pipelines:\n    logs:\n      receivers: [otlp]\n      exporters: [wavefront]",
    text: `invalid configuration:
c.yaml:13:19 service::pipelines::logs: failed to create "wavefront" exporter for data type "logs": telemetry type is not supported (supported: traces, metrics)
   13 |       exporters: [wavefront]
      |                   ^^^^^^^^^`,
  },
  {
    what: "a signal that does not exist",
    from: "    traces:",
    to: "    trace:",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:11:5 service::pipelines: in "trace" id: unknown pipeline signal: "trace"; did you mean "traces"? (valid signals: traces, metrics, logs)
   11 |     trace:
      |     ^^^^^`,
  },
  {
    what: "connectors",
    from: "service:",
    to: "connectors:\n  forward:\nservice:",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:9:1 connectors: connectors are not available here; remove the section, and what pipelines say of it
    9 | connectors:
      | ^^^^^^^^^^`,
  },
  {
    what: "a tab",
    from: "    protocols:",
    to: "\tprotocols:",
    text: `failed to get config: cannot resolve the configuration:
c.yaml:3:1: a tab stands in the indentation, where YAML allows only spaces: replace it by spaces
    3 | \tprotocols:
      | ^`,
  },
  {
    what: "a missing space after a colon",
    from: "      grpc:\n",
    to: "      grpc:\n        endpoint:localhost:4317\n",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:5:9 receivers::otlp::protocols::grpc: expected a map or struct, got "string", found "endpoint:localhost:4317"; a space is missing after the colon: write "endpoint: localhost:4317"
    5 |         endpoint:localhost:4317
      |         ^^^^^^^^^^^^^^^^^^^^^^^`,
  },
  {
    what: "an address without its key",
    from: "service:\n",
    to: "extensions: {zpages: localhost:55679}\nservice:\n",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:9:22 extensions::zpages: expected a map or struct, got "string", found "localhost:55679"; write "endpoint: localhost:55679" below it
    9 | extensions: {zpages: localhost:55679}
      |                      ^^^^^^^^^^^^^^^`,
  },
  {
    what: "a missing space after a dash",
    from: "exporters: [debug]",
    to: "exporters:\n        -debug",
    text: `invalid configuration:
c.yaml:15:9 service::pipelines::traces: references exporter "-debug" which is not configured; did you mean "debug"?
   15 |         -debug
      |         ^^^^^^`,
  },
  {
    what: "a key written twice",
    to: `${base}exporters:\n  debug/2:\n`,
    text: `failed to get config: cannot resolve the configuration:
c.yaml:15:1: mapping key "exporters" already defined at line 7; keep one of the two
   15 | exporters:
      | ^^^^^^^^^`,
  },
  {
    what: "an unset variable where a word is needed",
    from: "  debug:\n",
    to: "  debug:\n    verbosity: ${env:LEVEL}\n",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:9:16 exporters::debug::verbosity: invalid value "" from \${env:LEVEL} (valid values: basic, normal, detailed)
    9 |     verbosity: \${env:LEVEL}
      |                ^^^^^^^^^^^^`,
  },
  {
    what: "a variable of the wrong type",
    from: "      grpc:\n",
    to: "      grpc:\n        include_metadata: ${env:METADATA}\n",
    env: { METADATA: "1" },
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:5:27 receivers::otlp::protocols::grpc::include_metadata: expected type 'bool', got unconvertible type 'int', found 1 from \${env:METADATA}; write true or false
    5 |         include_metadata: \${env:METADATA}
      |                           ^^^^^^^^^^^^^^^`,
  },
  {
    what: "a list where a map belongs, and the other way round",
    from: "    protocols:\n      grpc:\nprocessors:\n  batch:\n",
    to: "    protocols: [grpc]\nprocessors:\n  batch:\n    timeout: {s: 1}\n",
    text: `failed to get config: cannot unmarshal the configuration (2 errors):
c.yaml:3:16 receivers::otlp::protocols: expected a map or struct, got "slice"; write keys, without brackets or dashes: "grpc:"
    3 |     protocols: [grpc]
      |                ^^^^^^
c.yaml:6:5 processors::batch::timeout: expected a duration such as 200ms, 5s or 1m30s, got map
    6 |     timeout: {s: 1}
      |     ^^^^^^^`,
  },
  {
    what: "a map where a list belongs",
    from: "receivers: [otlp]",
    to: "receivers: {otlp: }",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:12:7 service::pipelines::traces::receivers: expected a list, got map; write [otlp]
   12 |       receivers: {otlp: }
      |       ^^^^^^^^^`,
  },
  {
    what: "a secret of the wrong type, which is not shown",
    from: "  debug:\n",
    to: "  debug:\n  wavefront: {token: 12345}\n",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:9:22 exporters::wavefront::token: expected type 'string', got unconvertible type 'int'; put the value in quotes`,
  },
  {
    what: "a mistake on the line of a secret, which is not shown",
    from: "  debug:\n",
    to: "  debug:\n  wavefront: {token: abc, levle: 1}\n",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:9:27 exporters::wavefront: has invalid keys: levle; did you mean "level"? (valid keys: token, headers, level, note, labels)`,
  },
  { what: "an empty file", to: "", text: "invalid configuration:\nc.yaml:1:1: empty configuration file" },
  {
    what: "a text that is no configuration",
    to: "hello\n",
    text: `failed to get config: cannot resolve the configuration:
c.yaml:1:1: expected a map with keys such as receivers and service, got "string"
    1 | hello
      | ^^^^^`,
  },
  {
    what: "an id that is none",
    from: "  debug:\n",
    to: "  debug/:\n  debug:\n",
    text: `failed to get config: cannot unmarshal the configuration:
c.yaml:8:3 exporters: in "debug/" id: the part after / should not be empty; did you mean "debug"?
    8 |   debug/:
      |   ^^^^^^`,
  },
  {
    what: "wrong settings of the collector's own telemetry",
    from: "service:\n",
    to: "service:\n  telemetry:\n    logs: {level: loud}\n    metrics: {readers: [], adress: x}\n",
    text: `failed to get config: cannot unmarshal the configuration (2 errors):
c.yaml:11:19 service::telemetry::logs::level: invalid value "loud" (valid values: debug, info, warn, error, dpanic, panic, fatal)
   11 |     logs: {level: loud}
      |                   ^^^^
c.yaml:12:28 service::telemetry::metrics: has invalid keys: adress; did you mean "address"? (valid keys: level, readers, address)
   12 |     metrics: {readers: [], adress: x}
      |                            ^^^^^^`,
  },
  {
    what: "metrics without a place to read them",
    from: "service:\n",
    to: "service:\n  telemetry: {metrics: {readers: []}}\n",
    text: `invalid configuration:
c.yaml:9:1 service::telemetry::metrics: collector telemetry metrics reader should exist when metric level is not none
    9 | service:
      | ^^^^^^^`,
  },
];

for (const { what, from, to, env = {}, text } of mistakes) {
  t.test(`${what} is explained`, async (t) => {
    const yaml = from === undefined ? to : base.replace(from, to);
    if (from !== undefined) t.ok(base.includes(from), "the mistake is in the file");
    const sources = [{ uri: `yaml:${yaml}`, name: "c.yaml" }];
    const error = await loadConfig(sources, fakeRegistry, env).catch((caught: unknown) => caught);
    if (!(error instanceof ConfigError)) throw new Error("Cannot see a ConfigError", { cause: error });
    t.equal(error.message, text);
    for (const issue of error.issues) t.ok(issue.position === undefined || issue.position.file === "c.yaml");
  });
}
