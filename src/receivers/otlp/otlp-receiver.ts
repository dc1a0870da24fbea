import type { Component } from "../../component/component.ts";
import type { ReceiverOutputs, Settings } from "../../component/factory.ts";
import type { Host } from "../../component/host.ts";
import { formatEndpoint } from "../../net/endpoint.ts";
import { isAddressInUse } from "../../net/listen.ts";
import { inContainer } from "../../net/in-container.ts";
import { Rejections } from "../../net/rejections.ts";
import { SharedPort } from "../../net/shared-port.ts";
import { TlsServer } from "../../net/tls-server.ts";
import type { OtlpReceiverConfig } from "./config.ts";
import { Corrections } from "./corrections.ts";
import { Intake } from "./intake.ts";
import { legacyHttpPort, planPorts, type PortPlan } from "./ports.ts";
import { findRealm, realmOf } from "./realm.ts";
import { Servers } from "./servers.ts";

export interface OtlpReceiverOptions {
  readonly config: OtlpReceiverConfig;
  readonly settings: Settings;
  readonly outputs: ReceiverOutputs;
}

/** What `start` has opened. */
interface Running {
  readonly intake: Intake;
  readonly rejections: Rejections;
  /** One for each realm; ports with the same realm share theirs. */
  readonly servers: Servers[];
  readonly ports: SharedPort[];
}

/** How long connections may take to close by themselves once every request is answered. */
const lingerMs = 250;

/** Takes OTLP over gRPC and HTTP, both on every port, and hands it to the pipelines. */
export class OtlpReceiver implements Component {
  readonly #options: OtlpReceiverOptions;
  #running: Running | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: OtlpReceiverOptions) {
    this.#options = options;
  }

  start(host: Host): Promise<void> {
    this.#starting ??= this.#start(host);
    return this.#starting;
  }

  shutdown(signal: AbortSignal): Promise<void> {
    this.#stopping ??= this.#stop(signal);
    return this.#stopping;
  }

  async #start(host: Host): Promise<void> {
    const { config, settings, outputs } = this.#options;
    const realm = findRealm(config, host);
    const shared = {
      config,
      intake: new Intake(outputs),
      rejections: new Rejections(settings),
      corrections: new Corrections(settings),
    };
    const running: Running = { intake: shared.intake, rejections: shared.rejections, servers: [], ports: [] };
    this.#running = running;
    for (const plan of planPorts(config, inContainer())) {
      const { grpc, http } = realmOf(plan, realm);
      let servers = running.servers.find(({ realm }) => realm.grpc === grpc && realm.http === http);
      if (servers === undefined) {
        servers = new Servers({ ...shared, realm: { grpc, http } });
        running.servers.push(servers);
      }
      await this.#open(plan, servers, running, host);
    }
  }

  async #open(plan: PortPlan, servers: Servers, running: Running, host: Host): Promise<void> {
    const { settings } = this.#options;
    const { rejections } = running;
    const tls =
      plan.tls === undefined
        ? undefined
        : await TlsServer.create({
            config: plan.tls,
            rejections,
            clock: settings.clock,
            logger: settings.logger,
            secured: (socket) => port.sniff(socket),
          });
    const port = new SharedPort({
      endpoint: plan.endpoint,
      transport: plan.transport,
      allInterfaces: plan.allInterfaces,
      clock: settings.clock,
      rejections,
      http1: (socket) => servers.acceptHttp1(socket),
      http2: (socket) => servers.acceptHttp2(socket),
      ...(tls !== undefined && { tls: (socket) => tls.accept(socket) }),
    });
    try {
      await port.start();
    } catch (error) {
      const { heldBy } = await import("../../net/port-holder.ts");
      const holder = heldBy(error, plan.endpoint.port);
      if (!plan.isLegacy) throw explainBusy(error, holder, settings.id.text, plan);
      settings.logger.warn("Legacy HTTP port is not opened; clients that still send there will not be heard", {
        error: `${error instanceof Error ? error.message : String(error)}${holder}`,
      });
      return;
    }
    running.ports.push(port);
    this.#announce(plan, port, host);
  }

  #announce(plan: PortPlan, port: SharedPort, host: Host): void {
    const { logger, id } = this.#options.settings;
    const endpoints = port.endpoints();
    const [first] = endpoints;
    if (first === undefined) return;
    const endpoint = formatEndpoint(first.host, first.port);
    if (plan.isLegacy) logger.info(`Setting up a second HTTP listener on legacy endpoint ${endpoint}`);
    else if (first.port === legacyHttpPort && plan.kinds.includes("http")) {
      logger.warn(
        `Legacy HTTP endpoint ${endpoint} is configured, please use ${formatEndpoint(first.host, 4318)} instead.`,
      );
    }
    for (const kind of plan.kinds) {
      logger.info(kind === "grpc" ? "Starting GRPC server" : "Starting HTTP server", { endpoint });
    }
    for (const { host: address, port: number } of endpoints) {
      host.reportEndpoint({
        componentId: id.text,
        protocol: plan.isLegacy ? "OTLP gRPC and HTTP (legacy port)" : "OTLP gRPC and HTTP",
        host: address,
        port: number,
      });
    }
  }

  /** Answers what is under way, then closes; what is left when `signal` aborts is broken off. */
  async #stop(signal: AbortSignal): Promise<void> {
    await this.#starting?.catch(() => undefined);
    const running = this.#running;
    if (running === undefined) return;
    const { intake, rejections, servers, ports } = running;
    for (const port of ports) port.close();
    await settled(Promise.all(servers.map((each) => each.close())), signal);
    intake.close();
    for (const each of servers) each.closeIdle();
    await settled(Promise.all(ports.map((port) => port.empty())), signal, lingerMs);
    for (const each of servers) each.destroy();
    for (const port of ports) port.destroy();
    rejections.close();
  }
}

function explainBusy(error: unknown, holder: string, id: string, plan: PortPlan): Error {
  const text = error instanceof Error ? error.message : String(error);
  const key = `receivers::${id}::protocols::${plan.kinds[0]}::endpoint`;
  const remedy = isAddressInUse(error) ? `stop the program that listens there, or change ${key}` : `change ${key}`;
  return new Error(`${text}${holder}; ${remedy}`, { cause: error });
}

/** Waits for `work`, until `signal` aborts, or for so long at most. */
async function settled(work: Promise<unknown>, signal: AbortSignal, limitMs?: number): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = (): void => resolve();
  signal.addEventListener("abort", stop, { once: true });
  const timer = limitMs === undefined ? undefined : setTimeout(stop, limitMs);
  try {
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
    clearTimeout(timer);
  }
}
