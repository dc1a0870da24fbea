import type { Clock } from "../component/clock.ts";
import type { LogFields, Logger, LogLevel } from "../component/logger.ts";
import { lossText, type BoundedOutput } from "../output/bounded-output.ts";
import { bugStack } from "./error-text.ts";
import { fieldsText, joined } from "./fields-text.ts";
import { logLayouts, type LogEncoding, type LogLayout } from "./log-layout.ts";
import { LogSampler, type SamplingOptions } from "./log-sampler.ts";

export interface LogOptions {
  /** Lowest level that is written; levels above `error` silence our four. */
  readonly level: LogLevel | "dpanic" | "panic" | "fatal";
  readonly encoding: LogEncoding;
  readonly disableStacktrace: boolean;
  readonly sampling: SamplingOptions;
  /** Added to every entry, before all other fields; sorted here. */
  readonly initialFields: LogFields;
  /** The collector's own attributes, shown as `resource`; `undefined` leaves the field out. */
  readonly resource: Readonly<Record<string, string>> | undefined;
  readonly outputs: readonly BoundedOutput[];
  readonly clock: Clock;
}

/** What the loggers of one service share. */
interface Sink {
  readonly layout: LogLayout;
  readonly sampler: LogSampler;
  readonly clock: Clock;
  readonly outputs: readonly BoundedOutput[];
  readonly showStack: boolean;
  /** Lowest that is written, of `severities`. */
  readonly severity: number;
}

const severities: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** The service's root logger. It opens nothing: an output opens at its first entry, or when the service starts. */
export function createLogger(options: LogOptions): Logger {
  const sink: Sink = {
    layout: logLayouts[options.encoding],
    sampler: new LogSampler(options.sampling),
    clock: options.clock,
    outputs: options.outputs,
    showStack: !options.disableStacktrace,
    severity: options.level in severities ? severities[options.level as LogLevel] : Infinity,
  };
  for (const output of options.outputs) {
    output.describeLoss = (loss) => {
      const { head, message, tail } = sink.layout.entry(sink.clock.now(), "warn", lossText(loss), "", undefined);
      return `${head}${message}${tail}`;
    };
  }
  const { initialFields, resource } = options;
  return new CollectorLogger(
    sink,
    fieldsText({
      ...Object.fromEntries(Object.entries(initialFields).toSorted(byKey)),
      ...(resource !== undefined && { resource: sortedKeys(resource) }),
    }),
  );
}

class CollectorLogger implements Logger {
  readonly #sink: Sink;
  /** Fields of every entry, as text. */
  readonly #fields: string;

  constructor(sink: Sink, fields: string) {
    this.#sink = sink;
    this.#fields = fields;
  }

  isEnabled(level: LogLevel): boolean {
    return severities[level] >= this.#sink.severity;
  }

  debug(message: string, fields?: LogFields): void {
    this.#log("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#log("error", message, fields);
  }

  block(text: Uint8Array, fields?: LogFields): void {
    this.#log("info", text, fields);
  }

  with(fields: LogFields): Logger {
    return new CollectorLogger(this.#sink, this.#textWith(fields));
  }

  #log(level: LogLevel, message: string | Uint8Array, fields: LogFields | undefined): void {
    if (!this.isEnabled(level)) return;
    const { clock, layout, outputs, sampler, showStack } = this.#sink;
    if (!sampler.passes(level, message, clock.monotonic())) return;
    const stack = fields !== undefined && showStack && level === "error" ? stackOf(fields) : undefined;
    const entry = layout.entry(clock.now(), level, message, this.#textWith(fields), stack);
    for (const output of outputs) output.write(entry.head, entry.message, entry.tail);
  }

  #textWith(fields: LogFields | undefined): string {
    const text = fields === undefined ? "" : fieldsText(fields);
    return text === "" ? this.#fields : `${joined(this.#fields)}${text}`;
  }
}

function stackOf(fields: LogFields): string | undefined {
  for (const key of Object.keys(fields)) {
    const stack = bugStack(fields[key]);
    if (stack !== undefined) return stack;
  }
  return undefined;
}

function sortedKeys(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).toSorted(byKey));
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
