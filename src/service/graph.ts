import type { Component } from "../component/component.ts";
import type { Clock } from "../component/clock.ts";
import type { Consumer } from "../component/consumer.ts";
import type { Factory, ReceiverOutputs } from "../component/factory.ts";
import type { PipelineReport } from "../component/host.ts";
import type { Logger } from "../component/logger.ts";
import type { Config, ConfiguredComponent, PipelineConfig } from "../config/config.ts";
import type { Signal } from "../pdata/signal.ts";
import { errorText } from "../telemetry/error-text.ts";
import type { SpanRecorder } from "../telemetry/span-recorder.ts";
import { ComponentInstance } from "./component-instance.ts";
import { ComponentLedger } from "./component-ledger.ts";
import { fanOut, type Branch } from "./fan-out.ts";
import { exporterMetrics, ObservedExporter } from "./observed-exporter.ts";
import { ObservedProcessor, ObservedProcessorOutput } from "./observed-processor.ts";
import { ObservedReceiverOutput } from "./observed-receiver-output.ts";
import type { SettingsMaker } from "./settings-maker.ts";

/** All instances of the pipelines, in the order in which they are made: from the exporters back to the receivers. */
export interface Graph {
  readonly exporters: readonly ComponentInstance[];
  /** One list per pipeline, each from last to first. */
  readonly processors: readonly (readonly ComponentInstance[])[];
  readonly receivers: readonly ComponentInstance[];
  readonly pipelines: readonly PipelineReport[];
}

export interface GraphOptions {
  readonly settings: SettingsMaker;
  readonly spans: SpanRecorder;
  readonly clock: Clock;
}

/** Creates every component with its real `next`. Nothing is opened. Throws with upstream's words. */
export function buildGraph(config: Config, options: GraphOptions): Graph {
  const builder = new GraphBuilder(config, options);
  for (const pipeline of config.service.pipelines.values()) builder.addPipeline(pipeline);
  builder.addReceivers();
  return builder.graph;
}

/** Names of upstream's spans for what a receiver has received. */
const receivedNames: Readonly<Record<Signal, string>> = {
  traces: "TraceDataReceived",
  metrics: "MetricsReceived",
  logs: "LogsReceived",
};

class GraphBuilder {
  readonly graph = {
    exporters: [] as ComponentInstance[],
    processors: [] as ComponentInstance[][],
    receivers: [] as ComponentInstance[],
    pipelines: [] as PipelineReport[],
  };
  readonly #config: Config;
  readonly #options: GraphOptions;
  /** First stage of each pipeline. */
  readonly #heads = new Map<string, Consumer>();
  /** One instance per id and signal, for all pipelines of that signal. */
  readonly #exporters = new Map<string, Branch<Signal>>();

  constructor(config: Config, options: GraphOptions) {
    this.#config = config;
    this.#options = options;
  }

  addPipeline(pipeline: PipelineConfig): void {
    let next = fanOut(pipeline.exporters.map((id) => this.#exporter(id, pipeline.signal)));
    const processors: ComponentInstance[] = [];
    this.graph.processors.push(processors);
    for (const id of pipeline.processors.toReversed()) next = this.#processor(id, pipeline, next, processors);
    this.#heads.set(pipeline.id, next);
    this.graph.pipelines.push({
      id: pipeline.id,
      signal: pipeline.signal,
      mutatesData: pipeline.processors.some((id) => this.#config.processors.get(id)?.factory.mutatesData === true),
      receivers: pipeline.receivers,
      processors: pipeline.processors,
      exporters: pipeline.exporters,
    });
  }

  #exporter(idText: string, signal: Signal): Branch<Signal> {
    const key = `${signal} ${idText}`;
    const known = this.#exporters.get(key);
    if (known !== undefined) return known;
    const { settings, spans, clock } = this.#options;
    const { id, factory, config } = found(this.#config.exporters, "exporter", idText);
    assertSignal(factory, idText, signal);
    const meter = settings.meterOf("exporter", id);
    const ledger = new ComponentLedger(clock, exporterMetrics(meter, signal));
    const made = settings.make({ kind: "exporter", id, signal, meter, ledger });
    logStability(made.logger, factory);
    const component = created(factory, idText, () => factory.create(config, made));
    const pipelines = this.#pipelinesWith("exporters", idText, signal);
    this.graph.exporters.push(new ComponentInstance({ id, kind: "exporter", signal, pipelines, ledger, component }));
    const series = spans.series(`exporter/${idText}/${signal}`);
    const { logger } = made;
    const observed = new ObservedExporter({ exporter: component, ledger, spans: series, clock, logger });
    this.#exporters.set(key, observed);
    return observed;
  }

  #processor(idText: string, pipeline: PipelineConfig, next: Consumer, instances: ComponentInstance[]): Consumer {
    const { settings, clock } = this.#options;
    const { signal } = pipeline;
    const { id, factory, config } = found(this.#config.processors, "processor", idText);
    assertSignal(factory, idText, signal);
    const meter = settings.meterOf("processor", id);
    const ledger = new ComponentLedger(clock);
    const made = settings.make({ kind: "processor", id, signal, pipelineId: pipeline.id, meter, ledger });
    logStability(made.logger, factory);
    const output = new ObservedProcessorOutput({ next, meter, signal });
    const component = created(factory, idText, () => factory.create(config, made, output));
    instances.push(
      new ComponentInstance({ id, kind: "processor", signal, pipelines: [pipeline.id], ledger, component }),
    );
    return new ObservedProcessor({ processor: component, next, ledger, meter, signal });
  }

  /** One instance per id, for all signals and pipelines. */
  addReceivers(): void {
    const { settings, spans, clock } = this.#options;
    const pipelines = [...this.#config.service.pipelines.values()];
    for (const idText of new Set(pipelines.flatMap((pipeline) => pipeline.receivers))) {
      const { id, factory, config } = found(this.#config.receivers, "receiver", idText);
      const meter = settings.meterOf("receiver", id);
      const ledger = new ComponentLedger(clock);
      const outputs: { [S in Signal]?: Consumer<S> } = {};
      const fed = pipelines.filter((pipeline) => pipeline.receivers.includes(idText));
      for (const signal of new Set(fed.map((pipeline) => pipeline.signal))) {
        assertSignal(factory, idText, signal);
        const heads = fed.filter((pipeline) => pipeline.signal === signal).map((pipeline) => this.#headOf(pipeline));
        const series = spans.series(`receiver/${idText}/${receivedNames[signal]}`);
        outputs[signal] = new ObservedReceiverOutput({ signal, next: fanOut(heads), ledger, meter, spans: series });
      }
      const made = settings.make({ kind: "receiver", id, signal: undefined, meter, ledger });
      logStability(made.logger, factory);
      const component = created(factory, idText, () =>
        factory.create(config, made, Object.freeze(outputs) satisfies ReceiverOutputs),
      );
      const pipelineIds = fed.map((pipeline) => pipeline.id);
      this.graph.receivers.push(
        new ComponentInstance({ id, kind: "receiver", pipelines: pipelineIds, ledger, component }),
      );
    }
  }

  #headOf(pipeline: PipelineConfig): Consumer {
    const head = this.#heads.get(pipeline.id);
    if (head === undefined) throw new Error(`failed to build pipelines: pipeline "${pipeline.id}" is not built yet`);
    return head;
  }

  #pipelinesWith(role: "exporters", idText: string, signal: Signal): readonly string[] {
    const ids: string[] = [];
    for (const pipeline of this.#config.service.pipelines.values()) {
      if (pipeline.signal === signal && pipeline[role].includes(idText)) ids.push(pipeline.id);
    }
    return ids;
  }
}

function found<F extends Factory>(
  section: ReadonlyMap<string, ConfiguredComponent<F>>,
  kind: string,
  id: string,
): ConfiguredComponent<F> {
  const component = section.get(id);
  if (component === undefined) throw new Error(`failed to build pipelines: ${kind} "${id}" is not configured`);
  return component;
}

function assertSignal(factory: Exclude<Factory, { kind: "extension" }>, id: string, signal: Signal): void {
  if (factory.signals.includes(signal)) return;
  throw new Error(
    `failed to build pipelines: failed to create "${id}" ${factory.kind} for data type "${signal}": telemetry type is not supported`,
  );
}

/** What `create` throws, in upstream's words around it. */
export function created<C extends Component>(factory: Factory, id: string, create: () => C): C {
  try {
    return create();
  } catch (error) {
    const where = factory.kind === "extension" ? "failed to build extensions" : "failed to build pipelines";
    const what = factory.kind === "extension" ? `extension "${id}"` : `"${id}" ${factory.kind}`;
    throw new Error(`${where}: failed to create ${what}: ${errorText(error)}`, { cause: error });
  }
}

/** Upstream's notice of how settled a component is: shown for those that may change or go. */
export function logStability(logger: Logger, factory: Factory): void {
  switch (factory.stability) {
    case "development":
      return logger.info("Development component. May change in the future.");
    case "deprecated":
      return logger.info("Deprecated component. Will be removed in future releases.");
    case "alpha":
      return logger.debug("Alpha component. May change in the future.");
    case "beta":
      return logger.debug("Beta component. May change in the future.");
    case "stable":
      return logger.debug("Stable component.");
  }
}
