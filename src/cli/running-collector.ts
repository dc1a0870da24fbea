import type { ListenAddress } from "../component/factory.ts";
import type { Config, ConfiguredComponent } from "../config/config.ts";
import { formatEndpoint, isWildcard } from "../net/endpoint.ts";

/** Something that a collector with this configuration listens on. */
export interface ExpectedPort {
  /** `otlp`, `zpages`, `telemetry`. */
  readonly componentId: string;
  readonly type: string;
  readonly host: string;
  readonly port: number;
  readonly scheme: "http" | "https";
  /** The pipelines do without it. */
  readonly isAuxiliary: boolean;
}

/** The ports of a configuration, in its order. */
export function expectedPorts(config: Config): readonly ExpectedPort[] {
  const { pipelines, extensions, telemetry } = config.service;
  const used = new Set([...pipelines.values()].flatMap(({ receivers }) => receivers));
  const ports: ExpectedPort[] = [];
  for (const id of used) ports.push(...portsOf(config.receivers.get(id), false));
  for (const id of extensions) ports.push(...portsOf(config.extensions.get(id), true));
  if (telemetry.metrics.level !== "none") {
    for (const { pull } of telemetry.metrics.readers) {
      const { host, port } = pull.exporter.prometheus;
      ports.push({ componentId: "telemetry", type: "telemetry", host, port, scheme: "http", isAuxiliary: true });
    }
  }
  return ports;
}

function portsOf(configured: ConfiguredComponent | undefined, isAuxiliary: boolean): ExpectedPort[] {
  if (configured === undefined) return [];
  const { id, factory, config } = configured;
  const listens = factory.listens as ((config: unknown) => readonly ListenAddress[]) | undefined;
  return (listens?.(config) ?? []).map(({ host, port, path }) => ({
    componentId: id.text,
    type: id.type,
    host,
    port,
    scheme: hasTls(config, path.slice(0, -1)) ? "https" : "http",
    isAuxiliary,
  }));
}

/** Whether the section of an endpoint, given by the path in the file, has `tls`. */
function hasTls(config: unknown, path: readonly string[]): boolean {
  let section: unknown = config;
  for (const key of path) section = (section as Record<string, unknown> | undefined)?.[key];
  return ((section as Record<string, unknown> | undefined)?.["tls"] ?? undefined) !== undefined;
}

/** The URL of a port, from this machine. */
export function urlOf({ scheme, host, port }: Pick<ExpectedPort, "scheme" | "host" | "port">, path = "/"): URL {
  return new URL(`${scheme}://${formatEndpoint(isWildcard(host) ? "localhost" : host, port)}${path}`);
}

/** Where health_check answers; `undefined` without it. */
export function healthUrl(config: Config): URL | undefined {
  const port = expectedPorts(config).find(({ type }) => type === "health_check");
  if (port === undefined) return undefined;
  const section = config.extensions.get(port.componentId)?.config as { readonly path?: string } | undefined;
  return urlOf(port, section?.path);
}

/** An address that an exporter sends to. */
export interface Target {
  readonly componentId: string;
  /** As written. */
  readonly endpoint: string;
}

/** What the exporters of the pipelines send to: every `endpoint` in their sections, wherever it stands. */
export function targetsOf(config: Config): readonly Target[] {
  const used = new Set([...config.service.pipelines.values()].flatMap(({ exporters }) => exporters));
  const targets = new Map<string, Target>();
  for (const id of used) {
    for (const endpoint of endpointsIn(config.exporters.get(id)?.config)) {
      targets.set(`${id} ${endpoint}`, { componentId: id, endpoint });
    }
  }
  return [...targets.values()];
}

function endpointsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (/endpoint$/i.test(key) && typeof inner === "string" && inner !== "") return [inner];
    return endpointsIn(inner);
  });
}
