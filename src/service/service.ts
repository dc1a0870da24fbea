import { availableParallelism } from "node:os";
import type { Clock } from "../component/clock.ts";
import type { Component, PipelineWatcher } from "../component/component.ts";
import type { BuildInfo, ListeningEndpoint } from "../component/host.ts";
import type { Logger } from "../component/logger.ts";
import type { Config } from "../config/config.ts";
import { errorText } from "../telemetry/error-text.ts";
import { systemClock } from "../telemetry/system-clock.ts";
import { buildGraph } from "./build-graph.ts";
import { ComponentHost, type HostedService } from "./component-host.ts";
import type { ComponentInstance } from "./component-instance.ts";
import { emptyGraph, instancesOf, stagesOf, type Graph } from "./graph.ts";
import { LedgerBook } from "./ledger-book.ts";
import { summarize, type LedgerSummary } from "./ledger-summary.ts";
import { ComponentMaker } from "./make-component.ts";
import { OwnTelemetry } from "./own-telemetry.ts";
import type { Reloadable, ReloadSummary, Retired } from "./reload.ts";
import { Senders } from "./senders.ts";
import { SettingsMaker } from "./settings-maker.ts";
import { stopStages } from "./stop-stage.ts";

export type { ExporterSummary, LedgerSummary } from "./ledger-summary.ts";
export type { ReloadSummary } from "./reload.ts";

export interface ServiceOptions {
  readonly buildInfo: BuildInfo;
  /** Default the machine's. */
  readonly clock?: Clock;
  /** Reads the configuration again and calls `reload`, for components that may ask for it. */
  readonly requestReload?: () => Promise<void>;
}

/** How long the console may take for the last lines. */
const graceMs = 400;
/** How long lines wait for the console at the end of start, so that what is printed next comes after them. */
const flushMs = 100;

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
  #config: Config;
  readonly #buildInfo: BuildInfo;
  readonly #clock: Clock;
  readonly #telemetry: OwnTelemetry;
  readonly #endpoints: ListeningEndpoint[] = [];
  readonly #hosted: HostedService;
  readonly #extensions = new Map<string, Component>();
  readonly #ledgers = new LedgerBook();
  readonly #maker: ComponentMaker;
  readonly #requestReload: (() => Promise<void>) | undefined;
  /** What reloads have taken out of the graph and what still drains. */
  readonly #retired = new Set<Retired>();
  /** Aborts when a shutdown may not wait any longer. */
  readonly #ended = new AbortController();
  #graph: Graph = emptyGraph;
  #starting: Promise<void> | undefined;
  #changing: Promise<unknown> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  constructor(config: Config, options: ServiceOptions) {
    this.#config = config;
    this.#buildInfo = options.buildInfo;
    this.#clock = options.clock ?? systemClock;
    this.#requestReload = options.requestReload;
    this.#telemetry = new OwnTelemetry(config.service.telemetry, this.#buildInfo, this.#clock);
    this.logger = this.#telemetry.logger;
    const senders = new Senders(this.#clock);
    this.#maker = new ComponentMaker({
      senders,
      settings: new SettingsMaker(this.#telemetry, this.#clock, this.#buildInfo, senders),
      spans: this.#telemetry.spans,
      clock: this.#clock,
      ledgers: this.#ledgers,
    });
    const fatal = Promise.withResolvers<Error>();
    this.fatal = fatal.promise;
    this.#hosted = {
      buildInfo: this.#buildInfo,
      startUnixMs: this.#clock.now(),
      extensions: this.#extensions,
      spans: this.#telemetry.spans,
      pipelines: () => Array.from(this.#graph.pipelines.values(), ({ report }) => report),
      components: () => instancesOf(stagesOf(this.#graph)).map((instance) => instance.report()),
      addEndpoint: (endpoint) => void this.#endpoints.push(endpoint),
      onFatal: fatal.resolve,
      watchSenders: () => senders.watch(),
      requestReload: () => this.#reloadForHost(),
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
    return summarize(this.#ledgers.entries());
  }

  /**
   * Stops intake, lets everything flush, closes all. When `signal` aborts, parts stop waiting and count what they could
   * not deliver. Rejects, after everything was stopped, with the errors of all parts.
   */
  shutdown(signal: AbortSignal): Promise<void> {
    this.#stopping ??= this.#shutDown(signal);
    return this.#stopping;
  }

  /**
   * Goes over to another configuration without an end of service: what is the same in both keeps running, with its sockets
   * and queues. Rejects, with the old one in use as before, if a part of the new one cannot be made or started. Changes of
   * `service::telemetry` wait for the next start.
   */
  reload(config: Config): Promise<ReloadSummary> {
    const result = this.#changing.then(() => this.#reload(config));
    this.#changing = result.catch(() => {});
    return result;
  }

  async #reload(config: Config): Promise<ReloadSummary> {
    await this.#starting;
    if (this.#starting === undefined || this.#stopping !== undefined) {
      throw new Error("Cannot reload: the service is not running");
    }
    const { reloadGraph, warnOfTelemetry } = await import("./reload.ts");
    for (const notice of config.notices) this.logger.warn(notice);
    warnOfTelemetry(this.#config, config, this.logger);
    const reloadable = {
      config: this.#config,
      graph: this.#graph,
      ended: this.#ended.signal,
      logger: this.logger,
      build: (wanted, before) => buildGraph(wanted, this.#maker, before),
      start: (instance) => this.#startInstance(instance),
      stopped: (instance) => this.#forgetEndpoints(instance),
      useExtensions: (extensions) => this.#useExtensions(extensions),
      adopt: (graph) => {
        this.#graph = graph;
      },
      retired: this.#retired,
      onFatal: this.#hosted.onFatal,
    } satisfies Reloadable;
    try {
      const summary = await reloadGraph(config, reloadable);
      this.#config = config;
      return summary;
    } finally {
      // Also those that came with it.
      this.#tellWatchers("ready");
    }
  }

  async #reloadForHost(): Promise<void> {
    if (this.#requestReload === undefined) throw new Error("Cannot reload: nobody knows where the configuration is");
    await this.#requestReload();
  }

  async #start(): Promise<void> {
    try {
      await this.#telemetry.start(this.#hosted.addEndpoint);
      for (const notice of this.#config.notices) this.logger.warn(notice);
      this.#graph = buildGraph(this.#config, this.#maker).graph;
      this.#useExtensions(this.#graph.extensions);
      const { version, command } = this.#buildInfo;
      this.logger.info(`Starting ${command}...`, { Version: version, NumCPU: availableParallelism() });
      this.logger.info("Starting extensions...");
      const { extensions, exporters, processors, receivers } = stagesOf(this.#graph);
      const ordered = [...extensions, ...exporters, ...processors.flatMap((list) => list.toReversed()), ...receivers];
      for (const instance of ordered) {
        if (this.#stopping !== undefined) throw new Error("Cannot start: the service is being shut down");
        await this.#startInstance(instance);
      }
    } catch (error) {
      await this.shutdown(AbortSignal.timeout(5000)).catch(() => {
        // The cause of the failed start is what helps; what went wrong while cleaning up follows from it.
      });
      throw error;
    }
    this.#tellWatchers("ready");
    this.logger.info("Everything is ready. Begin running and processing data.");
    await this.#telemetry.outputs.flush(AbortSignal.timeout(flushMs));
  }

  async #startInstance(instance: ComponentInstance): Promise<void> {
    const { id, kind } = instance;
    const fields = { "otelcol.component.id": id.text, "otelcol.component.kind": kind };
    if (kind === "extension") this.logger.info("Extension is starting...", fields);
    try {
      await instance.start(new ComponentHost(this.#hosted, instance));
    } catch (error) {
      const words =
        kind === "extension"
          ? "failed to start extensions"
          : `cannot start pipelines: failed to start "${id.text}" ${kind}`;
      throw new Error(`${words}: ${errorText(error)}`, { cause: error });
    }
    if (kind === "extension") this.logger.info("Extension started.", fields);
  }

  /** What components see as extensions from now on. */
  #useExtensions(extensions: Graph["extensions"]): void {
    this.#extensions.clear();
    for (const [id, { component }] of extensions) this.#extensions.set(id, component);
  }

  #tellWatchers(event: "ready" | "notReady"): void {
    for (const extension of this.#extensions.values()) (extension as Partial<PipelineWatcher>)[event]?.();
  }

  #forgetEndpoints({ id }: ComponentInstance): void {
    const others = this.#endpoints.filter(({ componentId }) => componentId !== id.text);
    this.#endpoints.splice(0, this.#endpoints.length, ...others);
  }

  async #shutDown(signal: AbortSignal): Promise<void> {
    const wasStarted = this.#starting !== undefined;
    if (wasStarted) this.logger.info("Starting shutdown...");
    this.#tellWatchers("notReady");
    signal.addEventListener("abort", () => this.#ended.abort(), { once: true });
    if (signal.aborted) this.#ended.abort();
    // A reload under way comes to its end first: half a graph cannot be stopped in order.
    await this.#changing;
    const errors = await stopStages(stagesOf(this.#graph), signal, async () => {
      await Promise.all(Array.from(this.#retired, ({ done }) => done));
      if (wasStarted) this.logger.info("Stopping extensions...");
    });
    this.#endpoints.length = 0;
    if (wasStarted) this.logger.info("Shutdown complete.");
    // The last lines get a moment even if the time is over; a reader that takes none costs no more than that.
    await this.#telemetry.shutdown(AbortSignal.timeout(graceMs));
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, errors.map((error) => errorText(error)).join("; "));
  }
}
