import { readFileSync } from "node:fs";
import type { Test } from "tap";
import { temporaryDirectory } from "../extensions/file-storage/storage-fixture.ts";
import { CollectorProcess, freePort, until } from "../e2e/collector-process.ts";
import { Random } from "../random.ts";
import type { Behaviour } from "./deed.ts";
import { FaultySink } from "./faulty-sink.ts";
import { GrpcFaultySink } from "./grpc-faulty-sink.ts";
import { Producer } from "./producer.ts";
import type { SinkLedger } from "./sink-ledger.ts";

export const exporterTypes = ["tanzuobservability", "otlp_http", "otlp_grpc"] as const;
export type ExporterType = (typeof exporterTypes)[number];

const limitMib = 300;

/** A backend that fails as told and remembers what it took. */
export interface Sink extends SinkLedger {
  readonly port: number;
  behave: Behaviour;
  readonly requests: number;
  up(): Promise<void>;
  /** Connections are refused from now on. */
  down(): Promise<void>;
}

export interface RigOptions {
  readonly type: ExporterType;
  readonly seed: number;
  /** The queue is on disk. */
  readonly isDurable?: boolean;
  /** By name; 1000 batches without. */
  readonly queueSizes?: Readonly<Record<string, number>>;
  /** Names of exporters; each has a sink of its own. */
  readonly exporters?: readonly string[];
  /** Further keys of each exporter, as YAML in braces would have them. */
  readonly exporterKeys?: string;
  /** Keys of `batch`. */
  readonly batch?: string;
  /** Where the exporters send, if not to their sinks. */
  readonly endpoint?: string;
  /** Instead of sinks that the rig starts. */
  readonly sinks?: readonly Sink[];
  /** Of the queue on disk, if not a folder of its own. */
  readonly directory?: string;
}

/** Producer → the real program with otlp, memory_limiter, batch, exporters → sinks, and what must hold at the end. */
export class Rig {
  readonly random: Random;
  readonly producer: Producer;
  readonly sinks: readonly Sink[];
  readonly #t: Test;
  #yaml: string;
  #collector: CollectorProcess | undefined;
  #peakMib = 0;

  private constructor(t: Test, options: { random: Random; port: number; sinks: readonly Sink[]; yaml: string }) {
    this.#t = t;
    this.random = options.random;
    this.sinks = options.sinks;
    this.#yaml = options.yaml;
    this.producer = new Producer(options.port, options.random.seed);
  }

  static async start(t: Test, options: RigOptions): Promise<Rig> {
    const port = await freePort();
    const names = options.exporters ?? ["only"];
    const start = (): Promise<Sink> => (options.type === "otlp_grpc" ? GrpcFaultySink.start() : FaultySink.start());
    const sinks = options.sinks ?? (await Promise.all(names.map(start)));
    const storage = options.isDurable === true ? (options.directory ?? temporaryDirectory(t)) : undefined;
    const exporters = names.map((name, index) => exporter(name, sinks[index]?.port ?? 0, storage, options));
    const ids = names.map((name) => `${options.type}/${name}`).join(", ");
    const yaml = `
extensions: ${storage === undefined ? "{}" : `{ file_storage: { directory: ${storage} } }`}
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
processors:
  memory_limiter: { check_interval: 1s, limit_mib: ${limitMib}, spike_limit_mib: 60 }
  batch: { ${options.batch ?? "timeout: 50ms"} }
exporters:
${exporters.join("\n")}
service:
  extensions: ${storage === undefined ? "[]" : "[file_storage]"}
  telemetry: { metrics: { level: none } }
  pipelines:
    traces: { receivers: [otlp], processors: [memory_limiter, batch], exporters: [${ids}] }
`;
    const rig = new Rig(t, { random: new Random(options.seed), port, sinks, yaml });
    t.teardown(() => rig.#close());
    await rig.restart();
    return rig;
  }

  get sink(): Sink {
    const [sink] = this.sinks;
    if (sink === undefined) throw new Error("Cannot tell the sink: the rig has none");
    return sink;
  }

  get collector(): CollectorProcess {
    if (this.#collector === undefined) throw new Error("Cannot tell the process: it is not started");
    return this.#collector;
  }

  /** Another configuration for the next `restart`. */
  rewrite(change: (yaml: string) => string): void {
    this.#yaml = change(this.#yaml);
  }

  /** A new process on the same configuration and directory. */
  async restart(): Promise<void> {
    this.#collector = await CollectorProcess.start(this.#yaml, { args: ["--shutdown-timeout", "2s"] });
  }

  /**
   * kill -9. What the sink took just before may come again: the record of a batch leaves the disk with the next commit
   * after its answer.
   */
  async kill(): Promise<void> {
    this.watchMemory();
    const fromMs = performance.now() - 100;
    await this.collector.stop("SIGKILL");
    for (const sink of this.sinks) {
      for (const { firstMs } of sink.delivered.values()) if (firstMs >= fromMs) sink.uncertain++;
    }
  }

  /** Has a changed configuration read. Resolves when it is in use, or refused. */
  async reload(change: (yaml: string) => string, outcome: "reloaded" | "refused" = "reloaded"): Promise<void> {
    const yaml = change(this.#yaml);
    if (yaml === this.#yaml) throw new Error("Cannot reload: the change changes nothing");
    const line = outcome === "reloaded" ? "Configuration reloaded" : "Cannot reload the configuration";
    const before = this.collector.count(line);
    this.collector.reload(yaml);
    await until(`the configuration is ${outcome}`, () => this.collector.count(line) > before);
    if (outcome === "reloaded") this.#yaml = yaml;
    this.watchMemory();
  }

  missing(sink = this.sink): string[] {
    return [...this.producer.accepted.keys()].filter((id) => !sink.delivered.has(id));
  }

  /** The time from answer to arrival at the first sink of 99 % of what was accepted in between, ms. */
  latencyMs(fromMs: number, toMs = Number.POSITIVE_INFINITY): number {
    const latencies: number[] = [];
    for (const [id, acceptedMs] of this.producer.accepted) {
      const delivery = this.sink.delivered.get(id);
      if (acceptedMs >= fromMs && acceptedMs < toMs && delivery !== undefined)
        latencies.push(Math.round(delivery.firstMs - acceptedMs));
    }
    return latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? Number.NaN;
  }

  /** Whether all that was accepted since then is at the first sink. */
  isDelivered(fromMs: number): boolean {
    return [...this.producer.accepted].every(([id, acceptedMs]) => acceptedMs < fromMs || this.sink.delivered.has(id));
  }

  async accepts(more: number, deadlineMs = 10_000): Promise<void> {
    const before = this.producer.accepted.size;
    await until(`${more} more are accepted`, () => this.producer.accepted.size >= before + more, deadlineMs);
    this.watchMemory();
  }

  async handles(more: number, sink = this.sink, deadlineMs = 10_000): Promise<void> {
    const before = sink.requests;
    await until(`${more} more requests came`, () => sink.requests >= before + more, deadlineMs);
    this.watchMemory();
  }

  async drained(sink = this.sink, deadlineMs = 20_000): Promise<void> {
    await until("everything accepted is delivered", () => this.missing(sink).length === 0, deadlineMs);
    this.watchMemory();
  }

  /** Milliseconds until all that was accepted before this call is delivered, while new data flows. */
  async drainsBacklog(sink = this.sink, deadlineMs = 20_000): Promise<number> {
    const began = performance.now();
    const backlog = this.missing(sink);
    const acceptedBefore = this.producer.accepted.size;
    await until("the backlog is delivered", () => backlog.every((id) => sink.delivered.has(id)), deadlineMs);
    const recoveryMs = Math.round(performance.now() - began);
    await until("new data flows", () => this.producer.accepted.size > acceptedBefore);
    this.#t.comment(`backlog of ${backlog.length} delivered within ${recoveryMs} ms`);
    return recoveryMs;
  }

  isAlive(): boolean {
    return this.collector.child.exitCode === null && this.collector.child.signalCode === null;
  }

  /** The highest resident memory so far, where the system tells. */
  watchMemory(): void {
    if (process.platform !== "linux" || !this.isAlive()) return;
    const status = readFileSync(`/proc/${this.collector.child.pid}/status`, "utf8");
    this.#peakMib = Math.max(this.#peakMib, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  }

  /** Numbers of the last line: received, and dropped by reason. */
  ledger(): { received: number; dropped: Record<string, number> } {
    const line = this.collector.stderr.split("\n").findLast((text) => text.includes("Ledger: received"));
    const dropped: Record<string, number> = {};
    for (const [, reason = "", count] of (/dropped \d+ \((.*?)\)/.exec(line ?? "")?.[1] ?? "").matchAll(/(\w+) (\d+)/g))
      dropped[reason] = Number(count);
    return { received: Number(/received (\d+)/.exec(line ?? "")?.[1] ?? Number.NaN), dropped };
  }

  /** Stops everything in good order. Resolves with the exit code. */
  async end(): Promise<number> {
    this.watchMemory();
    this.#t.ok(this.isAlive(), "the process is alive at the end of the fault");
    await this.producer.stop();
    return await this.collector.stop();
  }

  /**
   * What holds for every fault. What is missing at `sink` must be exactly what the ledger owns up to as `mayDrop`; the
   * line has one number for all exporters, so what others may lose has other reasons.
   */
  judge(options: { sink?: Sink; mayDrop?: readonly string[]; othersMayDrop?: readonly string[] } = {}): void {
    const t = this.#t;
    const { sink = this.sink, mayDrop = [], othersMayDrop = [] } = options;
    const { accepted, refused, unknown } = this.producer;
    const missing = this.missing(sink);
    const { dropped } = this.ledger();
    const { duplicates, uncertain } = sink;
    t.comment(
      `${accepted.size} obligations, ${missing.length} missing, ${duplicates} duplicates of at most ${uncertain}, ` +
        `${refused.size} refused, ${unknown.size} unknown, dropped ${JSON.stringify(dropped)}, ` +
        `peak ${Math.round(this.#peakMib)} MiB`,
    );
    const foreign = [...sink.delivered.keys()].filter(
      (id) => !accepted.has(id) && !refused.has(id) && !unknown.has(id),
    );
    t.ok(accepted.size > 0, "there were obligations");
    t.same(foreign, [], "nothing foreign came");
    t.same(sink.changed, [], "nothing came changed");
    if (mayDrop.length === 0) t.same(missing.slice(0, 5), [], "no obligation is missing");
    else {
      const owned = mayDrop.reduce((sum, reason) => sum + (dropped[reason] ?? 0), 0);
      t.equal(missing.length, owned, `what is missing is in the ledger as ${mayDrop.join(" or ")}`);
    }
    t.same(
      Object.keys(dropped).filter((reason) => !mayDrop.includes(reason) && !othersMayDrop.includes(reason)),
      [],
      "nothing else was dropped",
    );
    t.ok(duplicates <= uncertain, `duplicates are within the bound: ${duplicates} of ${uncertain}`);
    t.ok(this.#peakMib <= limitMib * 1.2, `memory is within the limit: ${Math.round(this.#peakMib)} MiB`);
  }

  async #close(): Promise<void> {
    await this.producer.stop();
    await this.collector.stop("SIGKILL");
    await Promise.all(this.sinks.map((sink) => sink.down()));
  }
}

function exporter(name: string, port: number, storage: string | undefined, options: RigOptions): string {
  const { type, queueSizes = {}, exporterKeys = "timeout: 5s" } = options;
  const address = options.endpoint ?? `127.0.0.1:${port}`;
  const endpoint = {
    tanzuobservability: `traces: { endpoint: "http://${address}" }`,
    otlp_http: `endpoint: "${address.includes("://") ? address : `http://${address}`}"`,
    otlp_grpc: `endpoint: "${address}", tls: { insecure: true }`,
  }[type];
  const queue = `{ queue_size: ${queueSizes[name] ?? 1000}${storage === undefined ? "" : ", storage: file_storage"} }`;
  const retry = `{ initial_interval: 50ms, max_interval: 200ms, max_elapsed_time: 0s }`;
  return `  ${type}/${name}: { ${endpoint}, ${exporterKeys}, sending_queue: ${queue}, retry_on_failure: ${retry} }`;
}
