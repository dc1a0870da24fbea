import { readFileSync } from "node:fs";
import path from "node:path";
import type { Test } from "tap";
import * as v from "valibot";
import type { Component } from "../../src/component/component.ts";
import { parseComponentId } from "../../src/component/component-id.ts";
import {
  defineExporter,
  defineExtension,
  defineProcessor,
  defineReceiver,
  type ExporterFactory,
  type ExtensionFactory,
  type Factory,
  type ProcessorFactory,
  type ReceiverFactory,
  type ReceiverOutputs,
  type Settings,
  type SignalSettings,
} from "../../src/component/factory.ts";
import type { Consumer, RequestContext } from "../../src/component/consumer.ts";
import type { Host } from "../../src/component/host.ts";
import type { Config, ConfiguredComponent, PipelineConfig } from "../../src/config/config.ts";
import { telemetryConfig } from "../../src/config/telemetry-config.ts";
import { Batch } from "../../src/pdata/batch.ts";
import { signals, type Signal } from "../../src/pdata/signal.ts";
import { Service } from "../../src/service/service.ts";
import { ManualClock } from "../contracts/manual-clock.ts";
import { RecordingConsumer } from "../contracts/recording-consumer.ts";
import { testBuildInfo } from "../contracts/test-settings.ts";

/** A component that writes down when it is started and stopped. */
export class NotedComponent implements Component {
  readonly name: string;
  readonly #notes: string[];
  host: Host | undefined;
  startError: unknown;
  shutdownError: unknown;
  /** Never returns from shutdown. */
  hangs = false;

  constructor(name: string, notes: string[]) {
    this.name = name;
    this.#notes = notes;
  }

  start(host: Host): Promise<void> {
    this.#notes.push(`start ${this.name}`);
    this.host = host;
    return this.startError === undefined ? Promise.resolve() : Promise.reject(this.startError);
  }

  shutdown(): Promise<void> {
    this.#notes.push(`stop ${this.name}`);
    if (this.hangs) return new Promise(() => {});
    return this.shutdownError === undefined ? Promise.resolve() : Promise.reject(this.shutdownError);
  }
}

export class NotedReceiver extends NotedComponent {
  readonly outputs: ReceiverOutputs;

  constructor(name: string, notes: string[], outputs: ReceiverOutputs) {
    super(name, notes);
    this.outputs = outputs;
  }
}

export class NotedStage extends NotedComponent implements Consumer {
  readonly settings: SignalSettings;
  readonly next: Consumer;
  /** Handed over before `next`; for exporters `next` is a `RecordingConsumer`. */
  constructor(name: string, notes: string[], settings: SignalSettings, next: Consumer) {
    super(name, notes);
    this.settings = settings;
    this.next = next;
  }

  consume(batch: Batch, context: RequestContext): Promise<void> {
    return this.next.consume(batch, context);
  }
}

/** Everything that factories of one test have made. */
export class Made {
  readonly notes: string[] = [];
  readonly receivers = new Map<string, NotedReceiver>();
  /** By `pipeline/id`. */
  readonly processors = new Map<string, NotedStage>();
  /** By `id/signal`. */
  readonly exporters = new Map<string, NotedStage>();
  readonly extensions = new Map<string, NotedComponent>();
  readonly settings = new Map<string, Settings>();
  /** Changes what was made, before it is started. */
  prepare: (component: NotedComponent) => void = () => {};

  /** What an exporter took. */
  sink(key: string): RecordingConsumer {
    const consumer = this.exporters.get(key)?.next;
    if (!(consumer instanceof RecordingConsumer)) throw new Error(`No exporter ${key}`);
    return consumer;
  }

  output<S extends Signal>(receiver: string, signal: S): Consumer {
    const output = this.receivers.get(receiver)?.outputs[signal];
    if (output === undefined) throw new Error(`No output ${receiver} ${signal}`);
    return output as unknown as Consumer;
  }

  receiver(): ReceiverFactory {
    return defineReceiver({
      type: "receiver",
      stability: "beta",
      description: "test",
      config: v.unknown(),
      signals,
      create: (_config, settings, outputs) => {
        const made = new NotedReceiver(settings.id.text, this.notes, outputs);
        this.receivers.set(settings.id.text, made);
        this.settings.set(`receiver ${settings.id.text}`, settings);
        this.prepare(made);
        return made;
      },
    }) as unknown as ReceiverFactory;
  }

  processor(make?: (settings: SignalSettings, next: Consumer) => Consumer, mutatesData = false): ProcessorFactory {
    return defineProcessor({
      type: "processor",
      stability: "beta",
      description: "test",
      config: v.unknown(),
      signals,
      mutatesData,
      create: (_config, settings, next) => {
        const name = `${settings.pipelineId}/${settings.id.text}`;
        const inner = next as unknown as Consumer;
        const made = new NotedStage(name, this.notes, settings, make?.(settings, inner) ?? inner);
        this.processors.set(name, made);
        this.prepare(made);
        return made as never;
      },
    }) as unknown as ProcessorFactory;
  }

  exporter(make?: (settings: SignalSettings) => Consumer, supported: readonly Signal[] = signals): ExporterFactory {
    return defineExporter({
      type: "exporter",
      stability: "beta",
      description: "test",
      config: v.unknown(),
      signals: supported,
      create: (_config, settings) => {
        const name = `${settings.id.text}/${settings.signal}`;
        const made = new NotedStage(name, this.notes, settings, make?.(settings) ?? new RecordingConsumer());
        this.exporters.set(name, made);
        this.prepare(made);
        return made as never;
      },
    }) as unknown as ExporterFactory;
  }

  extension(): ExtensionFactory {
    return defineExtension({
      type: "extension",
      stability: "beta",
      description: "test",
      config: v.unknown(),
      create: (_config, settings) => {
        const made = new NotedComponent(settings.id.text, this.notes);
        this.extensions.set(settings.id.text, made);
        this.prepare(made);
        return made;
      },
    }) as unknown as ExtensionFactory;
  }
}

export interface TestConfig {
  readonly receivers?: Readonly<Record<string, ReceiverFactory>>;
  readonly processors?: Readonly<Record<string, ProcessorFactory>>;
  readonly exporters?: Readonly<Record<string, ExporterFactory>>;
  readonly extensions?: Readonly<Record<string, ExtensionFactory>>;
  /** `traces`: `r1,r2 > p1,p2 > e1,e2`. */
  readonly pipelines: Readonly<Record<string, string>>;
  readonly telemetry?: unknown;
  /** What a component is configured with, by its id. */
  readonly configs?: Readonly<Record<string, unknown>>;
  readonly notices?: readonly string[];
}

export interface RunningService {
  readonly service: Service;
  readonly clock: ManualClock;
  /** Where it logs to. */
  readonly file: string;
  /** The log so far. */
  readonly log: () => string;
}

/** A service on `config` that logs into a file of the test and serves no metrics unless told to. */
export function makeService(t: Test, config: TestConfig): RunningService {
  const file = path.join(t.testdir(), "log");
  const clock = new ManualClock();
  const service = new Service(testConfig(config, file), { buildInfo: testBuildInfo, clock });
  t.teardown(() => service.shutdown(AbortSignal.timeout(1000)).catch(() => {}));
  return { service, clock, file, log: () => readFileSync(file, "utf8") };
}

/** The same as a service reads it; the log goes into `file`. */
export function testConfig(config: TestConfig, file: string): Config {
  const defaults = {
    logs: { output_paths: [file], sampling: { enabled: false } },
    metrics: { level: "basic", readers: [] },
  };
  const telemetry = v.parse(telemetryConfig, config.telemetry ?? defaults);
  const { configs = {} } = config;
  return {
    receivers: section(config.receivers, configs),
    processors: section(config.processors, configs),
    exporters: section(config.exporters, configs),
    extensions: section(config.extensions, configs),
    service: {
      extensions: Object.keys(config.extensions ?? {}),
      pipelines: new Map(Object.entries(config.pipelines).map(([id, text]) => [id, pipeline(id, text)])),
      telemetry,
    },
    notices: config.notices ?? [],
  } satisfies Config;
}

function section<F extends Factory>(
  factories: Readonly<Record<string, F>> | undefined,
  configs: Readonly<Record<string, unknown>>,
): Map<string, ConfiguredComponent<F>> {
  return new Map(
    Object.entries(factories ?? {}).map(([id, factory]) => [
      id,
      { id: parseComponentId(id), factory, config: configs[id] },
    ]),
  );
}

function pipeline(id: string, text: string): PipelineConfig {
  const [receivers = [], processors = [], exporters = []] = text
    .split(">")
    .map((part) => part.split(",").flatMap((name) => (name.trim() === "" ? [] : name.trim())));
  return { id, signal: id.split("/")[0] as Signal, receivers, processors, exporters };
}

/** A batch of `itemCount` items; nothing here reads its bytes. */
export function batchOf(itemCount: number, signal: Signal = "traces"): Batch {
  return new Batch(signal, new Uint8Array(0), itemCount);
}
