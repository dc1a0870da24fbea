import type { Consumer } from "../component/consumer.ts";
import type { PipelineReport } from "../component/host.ts";
import type { Signal } from "../pdata/signal.ts";
import type { ComponentInstance } from "./component-instance.ts";
import type { ObservedExporter } from "./observed-exporter.ts";
import type { Outlet } from "./outlet.ts";

export interface ExporterNode {
  readonly instance: ComponentInstance;
  readonly observed: ObservedExporter<Signal>;
}

/** The processors of one pipeline, with what stands around them. */
export interface PipelineNode {
  /** From first to last. */
  readonly processors: readonly ComponentInstance[];
  readonly head: Consumer;
  /** Leads to the exporters; the head itself where there are no processors. */
  readonly tail: Outlet;
  readonly report: PipelineReport;
}

export interface ReceiverNode {
  readonly instance: ComponentInstance;
  /** What the receiver looks at for every request; a reload adds and removes signals. */
  readonly outputs: { [S in Signal]?: Consumer };
  readonly outlets: Map<Signal, Outlet>;
}

/** All instances of one configuration. */
export interface Graph {
  /** In the order of `service::extensions`. */
  readonly extensions: ReadonlyMap<string, ComponentInstance>;
  /** By signal and id: one for all pipelines of the signal. */
  readonly exporters: ReadonlyMap<string, ExporterNode>;
  readonly pipelines: ReadonlyMap<string, PipelineNode>;
  /** One for all signals and pipelines. */
  readonly receivers: ReadonlyMap<string, ReceiverNode>;
}

export const emptyGraph: Graph = {
  extensions: new Map(),
  exporters: new Map(),
  pipelines: new Map(),
  receivers: new Map(),
};

/** Instances in the order in which they stop; started from the end. Lists within a stage do not wait for each other. */
export interface Stages {
  readonly receivers: readonly ComponentInstance[];
  /** One list per pipeline, from first to last. */
  readonly processors: readonly (readonly ComponentInstance[])[];
  readonly exporters: readonly ComponentInstance[];
  /** In the order in which they start. */
  readonly extensions: readonly ComponentInstance[];
}

/** The instances of a graph for which `wants` answers true. */
export function stagesOf(graph: Graph, wants: (instance: ComponentInstance) => boolean = () => true): Stages {
  return {
    receivers: Array.from(graph.receivers.values(), ({ instance }) => instance).filter(wants),
    processors: Array.from(graph.pipelines.values(), ({ processors }) => processors.filter(wants)),
    exporters: Array.from(graph.exporters.values(), ({ instance }) => instance).filter(wants),
    extensions: [...graph.extensions.values()].filter(wants),
  };
}

export function instancesOf({ receivers, processors, exporters, extensions }: Stages): readonly ComponentInstance[] {
  return [...receivers, ...processors.flat(), ...exporters, ...extensions];
}
