import type { Host } from "./host.ts";

/**
 * The life of every receiver, processor, exporter, connector and extension.
 *
 * 1. Its factory's `create` builds it: pure, no files, ports, timers or listeners.
 * 2. `start` opens what it needs. A rejected `start` stops the whole start-up; what it had opened, `shutdown` closes.
 * 3. It runs. Bad input never throws out of it.
 * 4. `shutdown` stops intake, flushes what is held, closes what `start` opened, and resolves. When `signal` aborts, it
 *    stops waiting, counts what it could not deliver as dropped, and resolves.
 *
 * `start` may be called twice, `shutdown` may be called twice or without `start`; the further calls do nothing.
 */
export interface Component {
  start(host: Host): Promise<void>;
  shutdown(signal: AbortSignal): Promise<void>;
}

/** An extension that is told when data can come, and when that ends. A reload does not count as an end. */
export interface PipelineWatcher {
  ready(): void;
  notReady(): void;
}
