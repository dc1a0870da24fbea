import type { Clock } from "../../component/clock.ts";
import type { Logger } from "../../component/logger.ts";
import type { Meter } from "../../component/meter.ts";
import type { LineFormat } from "./lines/line-body.ts";

/** How long lines of a format stay unsent before one request asks again. */
const stopMs = 5 * 60_000;

interface Stop {
  untilMs: number;
  unsentLines: number;
}

export interface StoppedFormatsOptions {
  readonly logger: Logger;
  readonly meter: Meter;
  readonly clock: Clock;
}

/**
 * Formats that the account does not take: span logs, histograms or all traces may not be part of it. Nothing is sent in
 * such a format for five minutes, then the next request finds out whether that has changed. One log line when it stops and
 * one when it goes on; a metric meanwhile.
 */
export class StoppedFormats {
  readonly #options: StoppedFormatsOptions;
  readonly #stops = new Map<LineFormat, Stop>();

  constructor(options: StoppedFormatsOptions) {
    this.#options = options;
  }

  isStopped(format: LineFormat): boolean {
    const stop = this.#stops.get(format);
    return stop !== undefined && this.#options.clock.monotonic() < stop.untilMs;
  }

  /** After an answer that the account does not take them. */
  stop(format: LineFormat, error: Error): void {
    const { logger, clock } = this.#options;
    const known = this.#stops.get(format);
    const untilMs = clock.monotonic() + stopMs;
    if (known !== undefined) {
      known.untilMs = untilMs;
      logger.debug("Wavefront still does not take these lines for this account", { f: format, error: error.message });
      return;
    }
    this.#stops.set(format, { untilMs, unsentLines: 0 });
    this.#stoppedGauge(format).set(1);
    logger.error("Wavefront does not take these lines for this account: they are dropped, the others are sent", {
      f: format,
      error: error.message,
      asked_again: "every 5m",
      metric: "otelcol_exporter_wavefront_not_enabled_lines",
    });
  }

  /** Lines that were not sent, or not taken, for that reason. */
  count(format: LineFormat, lines: number): void {
    const stop = this.#stops.get(format);
    if (stop !== undefined) stop.unsentLines += lines;
    const description = "Lines dropped because the account has no data of their kind";
    const name = "otelcol_exporter_wavefront_not_enabled_lines";
    this.#options.meter.counter({ name, description, labels: { format } }).add(lines);
  }

  /** After a request that was taken. */
  taken(format: LineFormat): void {
    const stop = this.#stops.get(format);
    if (stop === undefined) return;
    this.#stops.delete(format);
    this.#stoppedGauge(format).set(0);
    const fields = { f: format, dropped_lines: stop.unsentLines };
    this.#options.logger.info("Wavefront takes these lines again", fields);
  }

  #stoppedGauge(format: LineFormat) {
    const description = "1 while the account takes no lines of this format";
    return this.#options.meter.gauge({
      name: "otelcol_exporter_wavefront_stopped",
      description,
      labels: { format },
    });
  }
}
