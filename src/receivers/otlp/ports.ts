import type { ListenAddress } from "../../component/factory.ts";
import { parseEndpoint, type Endpoint } from "../../net/endpoint.ts";
import type { TlsServerConfig } from "../../net/tls-server-config.ts";
import { defaultGrpcEndpoint, defaultHttpEndpoint, type OtlpReceiverConfig } from "./config.ts";

/** Where OTLP over HTTP lived before 4318; old clients still send there. */
export const legacyHttpPort = 55681;

/** A port to open. Every one of them speaks gRPC and HTTP; the kind is the section that asks for it. */
export interface PortPlan {
  readonly kinds: readonly ("grpc" | "http")[];
  readonly endpoint: Endpoint;
  readonly transport: "tcp" | "tcp4" | "tcp6";
  /** Listen on every interface, whatever the endpoint says. */
  readonly allInterfaces: boolean;
  readonly tls: TlsServerConfig | undefined;
  /** The start goes on if it cannot be opened. */
  readonly isLegacy: boolean;
}

/** The ports that a configuration asks for. `inContainer`: default endpoints become all interfaces. */
export function planPorts({ protocols }: OtlpReceiverConfig, inContainer: boolean): readonly PortPlan[] {
  const plans: PortPlan[] = [];
  const { grpc, http } = protocols;
  const areSame = grpc !== undefined && http?.endpoint !== null && grpc.endpoint === http?.endpoint;
  if (grpc !== undefined) {
    plans.push({
      kinds: areSame ? ["grpc", "http"] : ["grpc"],
      endpoint: parseEndpoint(grpc.endpoint ?? defaultGrpcEndpoint),
      transport: grpc.transport,
      allInterfaces: inContainer && grpc.endpoint === null,
      tls: grpc.tls ?? undefined,
      isLegacy: false,
    });
  }
  if (http === undefined || areSame) return plans;
  const endpoint = parseEndpoint(http.endpoint ?? defaultHttpEndpoint);
  const plan: PortPlan = {
    kinds: ["http"],
    endpoint,
    transport: http.transport,
    allInterfaces: inContainer && http.endpoint === null,
    tls: http.tls ?? undefined,
    isLegacy: false,
  };
  plans.push(plan);
  if (isDefault(http.endpoint)) {
    plans.push({ ...plan, endpoint: { ...endpoint, port: legacyHttpPort }, isLegacy: true });
  }
  return plans;
}

/** What two components must not both ask for: the ports, but for the legacy one, which may stay closed. */
export function listenAddresses(config: OtlpReceiverConfig): readonly ListenAddress[] {
  const ports = planPorts(config, false).filter(({ isLegacy }) => !isLegacy);
  return ports.map(({ endpoint, kinds: [kind = "grpc"] }) => ({ ...endpoint, path: ["protocols", kind, "endpoint"] }));
}

/** Today's default and that of v0.45, which had the legacy port first. */
function isDefault(httpEndpoint: string | null): boolean {
  return httpEndpoint === null || httpEndpoint === defaultHttpEndpoint || httpEndpoint === "0.0.0.0:4318";
}
