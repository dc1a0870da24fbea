import type { Clock } from "../component/clock.ts";
import type { Consumer } from "../component/consumer.ts";
import type { ExporterFactory, ExtensionFactory, ProcessorFactory, ReceiverFactory } from "../component/factory.ts";
import type { SenderObserver } from "../component/senders.ts";
import type { ConfiguredComponent } from "../config/config.ts";
import type { Signal } from "../pdata/signal.ts";
import type { SpanRecorder } from "../telemetry/span-recorder.ts";
import { assertSignal, created, logStability } from "./build-words.ts";
import { ComponentInstance } from "./component-instance.ts";
import { ComponentLedger } from "./component-ledger.ts";
import type { ExporterNode, ReceiverNode } from "./graph.ts";
import type { LedgerBook } from "./ledger-book.ts";
import { observeLedger } from "./ledger-metrics.ts";
import { exporterMetrics, ObservedExporter } from "./observed-exporter.ts";
import { ObservedProcessor, ObservedProcessorOutput } from "./observed-processor.ts";
import { ObservedReceiverOutput } from "./observed-receiver-output.ts";
import { Outlet } from "./outlet.ts";
import type { SettingsMaker } from "./settings-maker.ts";

export interface MakeOptions {
  readonly settings: SettingsMaker;
  readonly spans: SpanRecorder;
  readonly clock: Clock;
  readonly ledgers: LedgerBook;
  readonly senders: SenderObserver;
}

/** Makes one component with all that counts around it. Opens nothing; throws with upstream's words. */
export class ComponentMaker {
  readonly #options: MakeOptions;

  constructor(options: MakeOptions) {
    this.#options = options;
  }

  extension(configured: ConfiguredComponent<ExtensionFactory>): ComponentInstance {
    const { settings, clock, ledgers } = this.#options;
    const { id, factory, config } = configured;
    const ledger = ledgers.open({ kind: "extension", id }, () => new ComponentLedger(clock));
    const meter = settings.meterOf("extension", id);
    const made = settings.make({ configured, signal: undefined, meter, ledger });
    logStability(made.logger, factory);
    const component = created(factory, id.text, () => factory.create(config, made));
    return new ComponentInstance({ configured, pipelines: [], ledger, component });
  }

  exporter(
    configured: ConfiguredComponent<ExporterFactory>,
    signal: Signal,
    pipelines: readonly string[],
  ): ExporterNode {
    const { settings, spans, clock, ledgers } = this.#options;
    const { id, factory, config } = configured;
    assertSignal(factory, id.text, signal);
    const meter = settings.meterOf("exporter", id);
    const ledger = ledgers.open(
      { kind: "exporter", id, signal },
      () => new ComponentLedger(clock, exporterMetrics(meter, signal)),
    );
    observeLedger(meter, ledger, { data_type: signal });
    const made = settings.make({ configured, signal, meter, ledger });
    logStability(made.logger, factory);
    const component = created(factory, id.text, () => factory.create(config, made));
    const series = spans.series(`exporter/${id.text}/${signal}`);
    const { logger } = made;
    return {
      instance: new ComponentInstance({ configured, signal, pipelines, ledger, component }),
      observed: new ObservedExporter({ exporter: component, ledger, spans: series, clock, logger }),
    };
  }

  processor(
    configured: ConfiguredComponent<ProcessorFactory>,
    place: { readonly signal: Signal; readonly pipelineId: string; readonly next: Consumer },
  ): { readonly instance: ComponentInstance; readonly observed: Consumer } {
    const { settings, clock, ledgers } = this.#options;
    const { id, factory, config } = configured;
    const { signal, pipelineId, next } = place;
    assertSignal(factory, id.text, signal);
    const meter = settings.meterOf("processor", id);
    const ledger = ledgers.open({ kind: "processor", id, signal, pipelineId }, () => new ComponentLedger(clock));
    observeLedger(meter, ledger, { data_type: signal, pipeline: pipelineId });
    const made = settings.make({ configured, signal, pipelineId, meter, ledger });
    logStability(made.logger, factory);
    const output = new ObservedProcessorOutput({ next, meter, signal });
    const component = created(factory, id.text, () => factory.create(config, made, output));
    return {
      instance: new ComponentInstance({ configured, signal, pipelines: [pipelineId], ledger, component }),
      observed: new ObservedProcessor({ processor: component, next, ledger, meter, signal }),
    };
  }

  /** One for all signals and pipelines; `heads` are the stages behind it. */
  receiver(
    configured: ConfiguredComponent<ReceiverFactory>,
    pipelines: readonly string[],
    heads: ReadonlyMap<Signal, Consumer>,
  ): ReceiverNode {
    const { settings, clock, ledgers } = this.#options;
    const { id, factory, config } = configured;
    const outputs: { [S in Signal]?: Consumer } = {};
    const outlets = new Map<Signal, Outlet>();
    const meter = settings.meterOf("receiver", id);
    const ledger = ledgers.open({ kind: "receiver", id }, () => new ComponentLedger(clock));
    for (const [signal, head] of heads) {
      const outlet = new Outlet(head);
      outlets.set(signal, outlet);
      outputs[signal] = this.receiverOutput(configured, signal, outlet);
    }
    const made = settings.make({ configured, signal: undefined, meter, ledger });
    logStability(made.logger, factory);
    const component = created(factory, id.text, () => factory.create(config, made, outputs));
    return { instance: new ComponentInstance({ configured, pipelines, ledger, component }), outputs, outlets };
  }

  receiverOutput(configured: ConfiguredComponent<ReceiverFactory>, signal: Signal, next: Consumer): Consumer {
    const { settings, spans, clock, ledgers, senders } = this.#options;
    const { id, factory } = configured;
    assertSignal(factory, id.text, signal);
    const meter = settings.meterOf("receiver", id);
    const ledger = ledgers.open({ kind: "receiver", id }, () => new ComponentLedger(clock));
    const series = spans.series(`receiver/${id.text}/${receivedNames[signal]}`);
    return new ObservedReceiverOutput({ signal, next, ledger, meter, spans: series, senders });
  }
}

/** Names of upstream's spans for what a receiver has received. */
const receivedNames: Readonly<Record<Signal, string>> = {
  traces: "TraceDataReceived",
  metrics: "MetricsReceived",
  logs: "LogsReceived",
};
