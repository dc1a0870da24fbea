import type { Consumer } from "../component/consumer.ts";
import type { ProcessorFactory } from "../component/factory.ts";
import type { Config, ConfiguredComponent, PipelineConfig } from "../config/config.ts";
import type { Signal } from "../pdata/signal.ts";
import { found } from "./build-words.ts";
import type { ComponentInstance } from "./component-instance.ts";
import { fanOut } from "./fan-out.ts";
import { emptyGraph, type ExporterNode, type Graph, type PipelineNode, type ReceiverNode } from "./graph.ts";
import type { ComponentMaker } from "./make-component.ts";
import { Outlet } from "./outlet.ts";

export interface BuiltGraph {
  readonly graph: Graph;
  /**
   * Turns what stays of the graph before towards the new one, between two batches. For a reload, when all that is new has
   * started.
   */
  readonly join: () => void;
}

/**
 * Creates every component with its real `next`. Nothing is opened. Throws with upstream's words.
 *
 * Of a graph `before` a component stays whose configuration, factory and extensions are the same: exporters with their
 * queues, receivers with their sockets, the processors of a pipeline if all of them are.
 */
export function buildGraph(config: Config, maker: ComponentMaker, before: Graph = emptyGraph): BuiltGraph {
  return new GraphBuilder(config, maker, before).build();
}

class GraphBuilder {
  readonly #config: Config;
  readonly #maker: ComponentMaker;
  readonly #before: Graph;
  readonly #extensions = new Map<string, ComponentInstance>();
  readonly #exporters = new Map<string, ExporterNode>();
  readonly #pipelines = new Map<string, PipelineNode>();
  readonly #receivers = new Map<string, ReceiverNode>();
  readonly #joins: (() => void)[] = [];

  constructor(config: Config, maker: ComponentMaker, before: Graph) {
    this.#config = config;
    this.#maker = maker;
    this.#before = before;
  }

  build(): BuiltGraph {
    const { extensions, pipelines } = this.#config.service;
    for (const id of extensions) this.#addExtension(id);
    for (const pipeline of pipelines.values()) this.#addPipeline(pipeline);
    for (const pipeline of pipelines.values()) for (const id of pipeline.receivers) this.#addReceiver(id);
    for (const known of this.#before.pipelines.values()) if (!this.#pipelines.has(known.report.id)) this.#lead(known);
    return {
      graph: {
        extensions: this.#extensions,
        exporters: this.#exporters,
        pipelines: this.#pipelines,
        receivers: this.#receivers,
      },
      join: () => {
        for (const join of this.#joins) join();
      },
    };
  }

  /** Whether the instance does what one made from `configured` would do, with the extensions that there are now. */
  #stays(instance: ComponentInstance, configured: ConfiguredComponent): boolean {
    if (!instance.isMadeFrom(configured)) return false;
    return [...instance.uses].every((id) => this.#extensions.get(id) === this.#before.extensions.get(id));
  }

  #addExtension(id: string): void {
    const configured = found(this.#config.extensions, "extension", id);
    const known = this.#before.extensions.get(id);
    // One that failed gets another chance: its port may be free by now.
    const stays = known?.status === "ok" && this.#stays(known, configured);
    this.#extensions.set(id, stays ? known : this.#maker.extension(configured));
  }

  #addPipeline(pipeline: PipelineConfig): void {
    const { id, signal } = pipeline;
    const branches = pipeline.exporters.map((exporter) => this.#exporter(exporter, signal).observed);
    const configured = pipeline.processors.map((processor) => found(this.#config.processors, "processor", processor));
    const { receivers, processors, exporters } = pipeline;
    const mutatesData = configured.some(({ factory }) => factory.mutatesData);
    const report = { id, signal, mutatesData, receivers, processors, exporters };
    const known = this.#before.pipelines.get(id);
    const target = fanOut(branches, known?.tail.next);
    // What is in the processors, also in those that go, belongs to the new exporters.
    if (known !== undefined) this.#joins.push(() => known.tail.turn(target));
    if (known !== undefined && this.#processorsStay(known, configured, target)) {
      this.#pipelines.set(id, { ...known, report });
    } else {
      this.#pipelines.set(id, { ...this.#newProcessors(pipeline, configured, target), report });
    }
  }

  #newProcessors(
    { id, signal }: PipelineConfig,
    configured: readonly ConfiguredComponent<ProcessorFactory>[],
    target: Consumer,
  ): Omit<PipelineNode, "report"> {
    const tail = new Outlet(target);
    let head: Consumer = tail;
    const processors: ComponentInstance[] = [];
    for (const one of configured.toReversed()) {
      const { instance, observed } = this.#maker.processor(one, { signal, pipelineId: id, next: head });
      processors.unshift(instance);
      head = observed;
    }
    return { processors, head, tail };
  }

  #processorsStay(known: PipelineNode, configured: readonly ConfiguredComponent[], target: Consumer): boolean {
    if (known.processors.length !== configured.length) return false;
    // Who collects batches has looked at this once.
    if (known.tail.acknowledgesDurably !== (target.acknowledgesDurably === true)) return false;
    return known.processors.every((instance, at) => {
      const one = configured[at];
      return one !== undefined && instance.id.text === one.id.text && this.#stays(instance, one);
    });
  }

  #exporter(id: string, signal: Signal): ExporterNode {
    const key = exporterKey(id, signal);
    const done = this.#exporters.get(key);
    if (done !== undefined) return done;
    const configured = found(this.#config.exporters, "exporter", id);
    const pipelines = this.#pipelinesWith("exporters", id, signal);
    let node = this.#before.exporters.get(key);
    if (node !== undefined && this.#stays(node.instance, configured)) this.#relabel(node.instance, pipelines);
    else node = this.#maker.exporter(configured, signal, pipelines);
    this.#exporters.set(key, node);
    return node;
  }

  #addReceiver(id: string): void {
    if (this.#receivers.has(id)) return;
    const configured = found(this.#config.receivers, "receiver", id);
    const heads = new Map<Signal, Consumer>();
    const fed = Array.from(this.#pipelines.values()).filter(({ report }) => report.receivers.includes(id));
    for (const { report } of fed) {
      const same = fed.filter((one) => one.report.signal === report.signal);
      heads.set(report.signal, fanOut(same.map(({ head }) => head)));
    }
    const pipelines = fed.map(({ report }) => report.id);
    const known = this.#before.receivers.get(id);
    if (known === undefined || !this.#stays(known.instance, configured)) {
      this.#receivers.set(id, this.#maker.receiver(configured, pipelines, heads));
      return;
    }
    this.#receivers.set(id, known);
    this.#relabel(known.instance, pipelines);
    const { outputs, outlets } = known;
    for (const [signal, head] of heads) {
      const outlet = outlets.get(signal) ?? new Outlet(head);
      const output = outputs[signal] ?? this.#maker.receiverOutput(configured, signal, outlet);
      this.#joins.push(() => {
        outlet.turn(head);
        outlets.set(signal, outlet);
        outputs[signal] = output;
      });
    }
    for (const signal of outlets.keys()) {
      if (heads.has(signal)) continue;
      this.#joins.push(() => {
        outlets.delete(signal);
        delete outputs[signal];
      });
    }
  }

  /** What is still in the processors of a pipeline that goes: to the successors of its exporters, where there are any. */
  #lead({ report, tail }: PipelineNode): void {
    const nodes = report.exporters.flatMap((id) => {
      const key = exporterKey(id, report.signal);
      return this.#exporters.get(key) ?? this.#before.exporters.get(key) ?? [];
    });
    const target = fanOut(
      nodes.map(({ observed }) => observed),
      tail.next,
    );
    this.#joins.push(() => tail.turn(target));
  }

  #relabel(instance: ComponentInstance, pipelines: readonly string[]): void {
    this.#joins.push(() => {
      instance.pipelines = pipelines;
    });
  }

  #pipelinesWith(role: "exporters", id: string, signal: Signal): readonly string[] {
    const all = [...this.#config.service.pipelines.values()];
    return all.filter((one) => one.signal === signal && one[role].includes(id)).map((one) => one.id);
  }
}

function exporterKey(id: string, signal: Signal): string {
  return `${signal} ${id}`;
}
