import type { Logger } from "../component/logger.ts";
import type { Config } from "../config/config.ts";
import { errorText } from "../telemetry/error-text.ts";
import type { BuiltGraph } from "./build-graph.ts";
import type { ComponentInstance } from "./component-instance.ts";
import { instancesOf, stagesOf, type Graph, type Stages } from "./graph.ts";
import { sameConfig } from "./same-config.ts";
import { stopStage, stopStages } from "./stop-stage.ts";

/** What a reload did, as `receiver otlp`. */
export interface ReloadSummary {
  readonly started: readonly string[];
  readonly stopped: readonly string[];
  readonly kept: number;
}

/** Parts that a reload has taken out and that still deliver what they hold. */
export interface Retired {
  readonly done: Promise<void>;
  abort(): void;
}

/** The running service, as a reload changes it. */
export interface Reloadable {
  /** In use until now. */
  readonly config: Config;
  readonly graph: Graph;
  /** Aborts when a shutdown may not wait any longer. */
  readonly ended: AbortSignal;
  readonly logger: Logger;
  readonly retired: Set<Retired>;
  build(config: Config, before: Graph): BuiltGraph;
  start(instance: ComponentInstance): Promise<void>;
  stopped(instance: ComponentInstance): void;
  useExtensions(extensions: Graph["extensions"]): void;
  adopt(graph: Graph): void;
  onFatal(error: Error): void;
}

/** How long parts that must make way may take: their port or directory is closed for their senders meanwhile. */
const makeWayMs = 5000;
/** How long parts that were taken out may go on delivering. */
const drainMs = 10 * 60_000;
/** Reloads whose old parts may still deliver; the oldest gives up when there are more. */
const maxRetired = 4;

/**
 * Changes the graph. What it exchanges has two kinds:
 *
 * - Parts that hold what their successor needs (ports of receivers, queues on disk, extensions) stop first; batches for
 *   such a queue wait. A port is closed for the moment between.
 * - All others run beside their successors, get nothing new from the moment when everything new has started, and deliver
 *   what they hold in the background.
 *
 * When something cannot start, what has started stops, and what has stopped is made again from the old configuration.
 */
export async function reloadGraph(config: Config, service: Reloadable): Promise<ReloadSummary> {
  const change = new GraphChange(config, service.graph, service);
  try {
    return await change.run();
  } catch (error) {
    if (change.hasStopped) await restore(change.remains(), service);
    throw error;
  }
}

async function restore(remains: Graph, service: Reloadable): Promise<void> {
  try {
    await new GraphChange(service.config, remains, service).run();
  } catch (error) {
    const message = `Cannot return to the old configuration after a failed reload: ${errorText(error)}`;
    service.onFatal(new Error(message, { cause: error }));
  }
}

/** Says that a part of the new configuration has to wait. */
export function warnOfTelemetry(before: Config, after: Config, logger: Logger): void {
  if (sameConfig(before.service.telemetry, after.service.telemetry)) return;
  logger.warn("service::telemetry has changed: this part of the configuration takes effect at the next start");
}

class GraphChange {
  readonly #service: Reloadable;
  readonly #before: Graph;
  readonly #graph: Graph;
  readonly #join: () => void;
  /** Of the new graph only, and of the old graph only. */
  readonly #fresh: Stages;
  readonly #left: Stages;
  readonly #stopped = new Set<ComponentInstance>();
  /** Stopped exporters whose queue on disk is for their successor; both have one ledger. */
  #inherited: readonly { readonly instance: ComponentInstance }[] = [];

  constructor(config: Config, before: Graph, service: Reloadable) {
    const { graph, join } = service.build(config, before);
    this.#service = service;
    this.#before = before;
    this.#graph = graph;
    this.#join = join;
    this.#fresh = stagesOf(graph, notIn(before));
    this.#left = stagesOf(before, notIn(graph));
  }

  get hasStopped(): boolean {
    return this.#stopped.size > 0;
  }

  async run(): Promise<ReloadSummary> {
    const { receivers, processors, exporters, extensions } = this.#fresh;
    try {
      await this.#makeWay();
      this.#service.useExtensions(this.#graph.extensions);
      const ordered = [...extensions, ...exporters, ...processors.flatMap((list) => list.toReversed()), ...receivers];
      for (const instance of ordered) await this.#service.start(instance);
    } catch (error) {
      await stopStages(this.#fresh, this.#timeout(makeWayMs));
      for (const instance of instancesOf(this.#fresh)) this.#service.stopped(instance);
      for (const { instance } of this.#inherited) instance.ledger.leaveOnDisk();
      this.#service.useExtensions(this.#before.extensions);
      throw error;
    }
    this.#join();
    this.#service.adopt(this.#graph);
    for (const { ledger, id } of exporters) {
      const itemCount = ledger.keepOnDisk();
      if (itemCount === 0) continue;
      this.#service.logger.warn("Items stay in a queue on disk that the new configuration does not read", {
        "otelcol.component.id": id.text,
        "kept_items": itemCount,
      });
    }
    this.#retire();
    const all = instancesOf(stagesOf(this.#graph)).length;
    const started = instancesOf(this.#fresh);
    return { started: started.map(nameOf), stopped: instancesOf(this.#left).map(nameOf), kept: all - started.length };
  }

  /** The graph before, without what has stopped already. */
  remains(): Graph {
    const runs = (instance: ComponentInstance): boolean => !this.#stopped.has(instance);
    const { extensions, exporters, pipelines, receivers } = this.#before;
    return {
      extensions: new Map([...extensions].filter(([, instance]) => runs(instance))),
      exporters: new Map([...exporters].filter(([, { instance }]) => runs(instance))),
      receivers: new Map([...receivers].filter(([, { instance }]) => runs(instance))),
      pipelines,
    };
  }

  async #makeWay(): Promise<void> {
    await this.#stop(this.#left.receivers);
    const exchanged = new Set(this.#left.extensions.map(({ id }) => id.text));
    const inTheWay: { readonly instance: ComponentInstance; readonly isInherited: boolean }[] = [];
    for (const [key, { instance, observed }] of this.#before.exporters) {
      const successor = this.#graph.exporters.get(key);
      if (successor?.instance === instance || !observed.acknowledgesDurably) continue;
      const isInherited = successor?.observed.acknowledgesDurably === true;
      // Its directory goes with the storage extension.
      if (isInherited || [...instance.uses].some((id) => exchanged.has(id))) inTheWay.push({ instance, isInherited });
    }
    for (const { report, tail } of this.#before.pipelines.values()) {
      const leadsThere = ({ instance }: { readonly instance: ComponentInstance }): boolean =>
        instance.signal === report.signal && report.exporters.includes(instance.id.text);
      if (inTheWay.some(leadsThere)) tail.hold();
    }
    await this.#stop(inTheWay.map(({ instance }) => instance));
    this.#inherited = inTheWay.filter(({ isInherited }) => isInherited);
    for (const { instance } of this.#inherited) instance.ledger.leaveOnDisk();
    const stillRunning = instancesOf(this.#left).filter((instance) => !this.#stopped.has(instance));
    const unused = this.#left.extensions.filter(
      ({ id }) => !stillRunning.some((instance) => instance.uses.has(id.text)),
    );
    await this.#stop(unused.toReversed());
  }

  async #stop(instances: readonly ComponentInstance[]): Promise<void> {
    for (const instance of instances) this.#stopped.add(instance);
    const errors = await stopStage(
      instances.map((instance) => [instance]),
      this.#timeout(makeWayMs),
    );
    for (const error of errors) this.#service.logger.warn("Error while stopping a part for a reload", { error });
    for (const instance of instances) this.#service.stopped(instance);
  }

  /** In the background. What has stopped already stops again, which does nothing. */
  #retire(): void {
    const { retired, logger, ended } = this.#service;
    if (instancesOf(this.#left).every((instance) => this.#stopped.has(instance))) return;
    const enough = new AbortController();
    const timer = setTimeout(() => enough.abort(), drainMs);
    timer.unref();
    const signal = AbortSignal.any([enough.signal, ended]);
    const done = stopStages({ ...this.#left, receivers: [] }, signal).then((errors) => {
      clearTimeout(timer);
      retired.delete(entry);
      for (const error of errors) logger.warn("Error while stopping a part that a reload has replaced", { error });
    });
    const entry: Retired = { done, abort: () => enough.abort() };
    retired.add(entry);
    if (retired.size > maxRetired) retired.values().next().value?.abort();
  }

  #timeout(limitMs: number): AbortSignal {
    return AbortSignal.any([AbortSignal.timeout(limitMs), this.#service.ended]);
  }
}

function notIn(graph: Graph): (instance: ComponentInstance) => boolean {
  const there = new Set(instancesOf(stagesOf(graph)));
  return (instance) => !there.has(instance);
}

function nameOf({ kind, id, signal, pipelines }: ComponentInstance): string {
  const where = kind === "processor" ? ` of ${pipelines.join(", ")}` : kind === "exporter" ? ` for ${signal}` : "";
  return `${kind} ${id.text}${where}`;
}
