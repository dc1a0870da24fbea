import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";
import type { Clock } from "../component/clock.ts";
import type { Component } from "../component/component.ts";
import type { BuildInfo, ListeningEndpoint } from "../component/host.ts";
import type { Logger } from "../component/logger.ts";
import type { Config } from "../config/config.ts";
import { errorText } from "../telemetry/error-text.ts";
import { systemClock } from "../telemetry/system-clock.ts";
import { ComponentHost, type HostedService } from "./component-host.ts";
import { ComponentInstance } from "./component-instance.ts";
import { ComponentLedger } from "./component-ledger.ts";
import { buildGraph, created, logStability, type Graph } from "./graph.ts";
import { summarize, type LedgerSummary } from "./ledger-summary.ts";
import { OwnTelemetry } from "./own-telemetry.ts";
import { SettingsMaker } from "./settings-maker.ts";
import { stopStage } from "./stop-stage.ts";

export type { ExporterSummary, LedgerSummary } from "./ledger-summary.ts";

export interface ServiceOptions {
  readonly buildInfo: BuildInfo;
  /** Default the machine's. */
  readonly clock?: Clock;
}

/** How long the console may take for the last lines. */
const graceMs = 400;
/** How long lines wait for the console at the end of start, so that what is printed next comes after them. */
const flushMs = 100;

const emptyGraph: Graph = { exporters: [], processors: [], receivers: [], pipelines: [] };

/**
 * A running configuration: components in pipelines, with the log and metrics of their own.
 *
 *     start:    telemetry → extensions → exporters → processors, last to first → receivers
 *     shutdown: receivers → processors, first to last → exporters → extensions, last to first → telemetry
 *
 * One instance starts once. `shutdown` is safe twice, without `start` and after a failed one.
 */
export class Service {
  readonly logger: Logger;
  /** Resolves with the error of the first component that cannot go on; the owner then shuts down. */
  readonly fatal: Promise<Error>;
  readonly #config: Config;
  readonly #buildInfo: BuildInfo;
  readonly #clock: Clock;
  readonly #telemetry: OwnTelemetry;
  readonly #endpoints: ListeningEndpoint[] = [];
  readonly #hosted: HostedService;
  readonly #extensionComponents = new Map<string, Component>();
  #extensions: readonly ComponentInstance[] = [];
  #graph: Graph = emptyGraph;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(config: Config, options: ServiceOptions) {
    this.#config = config;
    this.#buildInfo = options.buildInfo;
    this.#clock = options.clock ?? systemClock;
    this.#telemetry = new OwnTelemetry(config.service.telemetry, this.#buildInfo, this.#clock);
    this.logger = this.#telemetry.logger;
    const fatal = Promise.withResolvers<Error>();
    this.fatal = fatal.promise;
    this.#hosted = {
      buildInfo: this.#buildInfo,
      startUnixMs: this.#clock.now(),
      extensions: this.#extensionComponents,
      spans: this.#telemetry.spans,
      pipelines: () => this.#graph.pipelines,
      components: () => this.#instances().map((instance) => instance.report()),
      addEndpoint: (endpoint) => void this.#endpoints.push(endpoint),
      onFatal: fatal.resolve,
    };
  }

  /** Resolves when data can come. Rejects with upstream's words; what was opened is closed again by then. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Where it listens, in the order in which the ports were opened. */
  endpoints(): readonly ListeningEndpoint[] {
    return [...this.#endpoints];
  }

  /** What became of all items so far. */
  ledger(): LedgerSummary {
    return summarize(this.#instances());
  }

  /**
   * Stops intake, lets everything flush, closes all. When `signal` aborts, parts stop waiting and count what they could
   * not deliver. Rejects, after everything was stopped, with the errors of all parts.
   */
  shutdown(signal: AbortSignal): Promise<void> {
    this.#stopping ??= this.#shutDown(signal);
    return this.#stopping;
  }

  async #start(): Promise<void> {
    try {
      await this.#telemetry.start(this.#hosted.addEndpoint);
      for (const notice of this.#config.notices) this.logger.warn(notice);
      this.#build();
      const { version, command } = this.#buildInfo;
      this.logger.info(`Starting ${command}...`, { Version: version, NumCPU: availableParallelism() });
      await this.#startExtensions();
      await this.#startPipelines();
    } catch (error) {
      await this.shutdown(AbortSignal.timeout(5000)).catch(() => {
        // The cause of the failed start is what helps; what went wrong while cleaning up follows from it.
      });
      throw error;
    }
    this.logger.info("Everything is ready. Begin running and processing data.");
    await this.#telemetry.outputs.flush(AbortSignal.timeout(flushMs));
  }

  #build(): void {
    const clock = this.#clock;
    const settings = new SettingsMaker(this.#telemetry, clock, this.#buildInfo);
    this.#graph = buildGraph(this.#config, { settings, clock, spans: this.#telemetry.spans });
    this.#extensions = this.#config.service.extensions.map((idText) => {
      const configured = this.#config.extensions.get(idText);
      if (configured === undefined) throw new Error(`failed to build extensions: "${idText}" is not configured`);
      const { id, factory, config } = configured;
      const ledger = new ComponentLedger(clock);
      const meter = settings.meterOf("extension", id);
      const made = settings.make({ kind: "extension", id, signal: undefined, meter, ledger });
      logStability(made.logger, factory);
      const component = created(factory, idText, () => factory.create(config, made));
      this.#extensionComponents.set(idText, component);
      return new ComponentInstance({ id, kind: "extension", pipelines: [], ledger, component });
    });
  }

  async #startExtensions(): Promise<void> {
    this.logger.info("Starting extensions...");
    for (const instance of this.#extensions) {
      this.#assertNotStopping();
      const fields = { "otelcol.component.id": instance.id.text, "otelcol.component.kind": "extension" };
      this.logger.info("Extension is starting...", fields);
      try {
        await instance.start(new ComponentHost(this.#hosted, instance));
      } catch (error) {
        throw new Error(`failed to start extensions: ${errorText(error)}`, { cause: error });
      }
      this.logger.info("Extension started.", fields);
    }
  }

  async #startPipelines(): Promise<void> {
    const { exporters, processors, receivers } = this.#graph;
    for (const instance of [...exporters, ...processors.flat(), ...receivers]) {
      this.#assertNotStopping();
      try {
        await instance.start(new ComponentHost(this.#hosted, instance));
      } catch (error) {
        const what = `failed to start "${instance.id.text}" ${instance.kind}`;
        throw new Error(`cannot start pipelines: ${what}: ${errorText(error)}`, { cause: error });
      }
    }
  }

  #assertNotStopping(): void {
    if (this.#stopping !== undefined) throw new Error("Cannot start: the service is being shut down");
  }

  async #shutDown(signal: AbortSignal): Promise<void> {
    // As many parts as there are listen to it.
    setMaxListeners(0, signal);
    const { exporters, processors, receivers } = this.#graph;
    const wasStarted = this.#starting !== undefined;
    if (wasStarted) this.logger.info("Starting shutdown...");
    // Within a stage nobody waits for anybody else: one dead exporter must not take the time of the others.
    const errors = [
      ...(await stopStage(
        receivers.map((receiver) => [receiver]),
        signal,
      )),
      ...(await stopStage(
        processors.map((list) => list.toReversed()),
        signal,
      )),
      ...(await stopStage(
        exporters.map((exporter) => [exporter]),
        signal,
      )),
    ];
    if (wasStarted) this.logger.info("Stopping extensions...");
    errors.push(...(await stopStage([this.#extensions.toReversed()], signal)));
    this.#endpoints.length = 0;
    if (wasStarted) this.logger.info("Shutdown complete.");
    // The last lines get a moment even if the time is over; a reader that takes none costs no more than that.
    await this.#telemetry.shutdown(AbortSignal.timeout(graceMs));
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, errors.map((error) => errorText(error)).join("; "));
  }

  #instances(): readonly ComponentInstance[] {
    const { exporters, processors, receivers } = this.#graph;
    return [...receivers, ...processors.flatMap((list) => list.toReversed()), ...exporters, ...this.#extensions];
  }
}
