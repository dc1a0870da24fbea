import type { ComponentId, ComponentKind } from "../component/component-id.ts";
import type { FactoryRegistry } from "../component/factory-registry.ts";
import { suggestion } from "./nearest-name.ts";
import { isUpstreamType } from "./upstream-components.ts";

/** What of ours does the work of a component of upstream that is not here, by kind and type. */
const instead: Readonly<Record<ComponentKind, readonly (readonly [types: string, text: string])[]>> = {
  receiver: [
    ["jaeger opencensus sapm skywalking zipkin", "clients that can send OTLP reach the otlp receiver"],
    [
      "kafka pulsar rabbitmq otelarrow stef otlp_json_file otlpjsonfile",
      "the otlp receiver takes OTLP over gRPC and HTTP",
    ],
    [
      "prometheus prometheus_simple prometheus_exec prometheusremotewrite",
      "nothing is scraped here; metrics come in through the otlp receiver. The collector's own are at localhost:8888/metrics",
    ],
    ["host_metrics hostmetrics docker_stats kubeletstats", "metrics come in through the otlp receiver only"],
    [
      "filelog file_log filestats syslog journald tcplog udplog fluentforward",
      "logs come in through the otlp receiver only",
    ],
    ["statsd carbon collectd influxdb wavefront", "metrics come in through the otlp receiver only"],
  ],
  processor: [
    ["queuebatch", "the batch processor, or sending_queue::batch of an exporter, does that"],
    ["attributes resource transform", "of Wavefront's tags, default_tags of the tanzuobservability exporter adds some"],
    ["probabilistic_sampler tail_sampling filter", "sampling and filtering are best done where the data is made"],
    ["memory_ballast", "memory_ballast is an extension, and has no effect here"],
  ],
  exporter: [
    [
      "jaeger jaeger_thrift zipkin opencensus",
      "Jaeger and others take OTLP: use otlp_grpc (port 4317) or otlp_http (port 4318)",
    ],
    ["file", "debug prints what arrives, also to files: output_paths"],
    [
      "prometheusremotewrite",
      "Prometheus takes OTLP: use otlp_http with metrics_endpoint http://HOST:9090/api/v1/otlp/v1/metrics",
    ],
    ["loki", "Loki takes OTLP: use otlp_http with logs_endpoint http://HOST:3100/otlp/v1/logs"],
    ["prometheus", "nothing is offered for scraping but the collector's own metrics, at localhost:8888/metrics"],
    ["loadbalancing", "otlp_grpc and otlp_http send to one endpoint each"],
    [
      "elasticsearch datadog dynatrace honeycombmarker signalfx splunk_hec coralogix logzio googlecloud kafka otelarrow stef",
      "a backend that takes OTLP is reached by otlp_grpc or otlp_http",
    ],
  ],
  connector: [],
  extension: [
    ["pprof", "start Node.js with --cpu-prof or --inspect instead"],
    ["oauth2client oidc azureauth azure_auth googleclientauth sigv4auth", "basicauth and bearertokenauth are there"],
    ["headers_setter", "exporters have headers of their own"],
    ["db_storage redis_storage", "file_storage keeps queues on disk"],
    ["healthcheckv2", "health_check answers for load balancers and orchestrators"],
    ["memory_limiter", "the memory_limiter processor refuses what does not fit"],
  ],
};

/** What to say of a type that is not built in: what there is, whether upstream has it, and what comes near. */
export function unknownType(kind: ComponentKind, id: ComponentId, registry: FactoryRegistry, section: string): string {
  const entries = registry.filter((entry) => entry.kind === kind);
  const valid = entries.map((entry) => entry.type).toSorted();
  const message = `unknown type: "${id.type}" for id: "${id.text}" (valid values: [${valid.join(" ")}])`;
  if (isUpstreamType(kind, id.type)) {
    const known = instead[kind].find(([types]) => types.split(" ").includes(id.type))?.[1];
    const advice = known === undefined ? "" : `: ${known}`;
    return `${message}; "${id.type}" is ${withArticle(kind)} of the upstream collector that this one does not have${advice}`;
  }
  const nearest = suggestion(id.type, [...valid, ...entries.flatMap((entry) => entry.aliases ?? [])]);
  if (nearest !== "") return message + nearest;
  const elsewhere = registry.find((entry) => entry.type === id.type || entry.aliases?.includes(id.type) === true);
  if (elsewhere !== undefined) {
    return `${message}; "${id.type}" is ${withArticle(elsewhere.kind)}: move it from ${section} to ${elsewhere.kind}s`;
  }
  return `${message}; the upstream collector has no ${kind} of that name either`;
}

export function withArticle(kind: string): string {
  return /^[aeo]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}
