import type { ConsumerComponent, SignalSettings } from "../component/factory.ts";
import type { Signal } from "../pdata/signal.ts";
import type { QueueConfig, RetryConfig } from "./config.ts";
import { AssembledExporter } from "./assembled-exporter.ts";
import type { Payload, Sender } from "./sender.ts";

/** The keys that exporters share, as `queueFields`, `retryFields` and `timeoutField` decode them. */
export interface SendingConfig {
  readonly sendingQueue: QueueConfig;
  readonly retryOnFailure: RetryConfig;
  /** For one attempt, in ms; 0 is no limit. */
  readonly timeout: number;
}

export interface ExporterOptions<S extends Signal, P extends Payload> {
  readonly config: SendingConfig;
  readonly settings: SignalSettings<S>;
  readonly sender: Sender<S, P>;
  /** Uniform in [0, 1), for the spread of waits. */
  readonly random?: () => number;
}

/**
 * An exporter around `sender`: queue → counting → retry → timeout → send, each left out where the configuration says so.
 * With a queue `consume` resolves when the batch is queued; without one when it is sent.
 */
export function assembleExporter<S extends Signal, P extends Payload>(
  options: ExporterOptions<S, P>,
): ConsumerComponent<S> {
  return new AssembledExporter(options);
}
