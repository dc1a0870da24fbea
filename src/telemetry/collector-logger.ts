import { pino as createPino, type Logger as Pino } from "pino";
import type { Clock } from "../component/clock.ts";
import type { LogFields, Logger, LogLevel } from "../component/logger.ts";
import { lossText, type BoundedOutput } from "../output/bounded-output.ts";
import { bugStack, errorText } from "./error-text.ts";
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
  /** What pino made of the fields of the entry that is being written. */
  fields: string;
}

const noFields: LogFields = Object.freeze({});

/** The service's root logger. It opens nothing: an output opens at its first entry, or when the service starts. */
export function createLogger(options: LogOptions): Logger {
  const sink: Sink = {
    layout: logLayouts[options.encoding],
    sampler: new LogSampler(options.sampling),
    clock: options.clock,
    outputs: options.outputs,
    showStack: !options.disableStacktrace,
    fields: "",
  };
  for (const output of options.outputs) {
    output.describeLoss = (loss) => {
      const { head, message, tail } = sink.layout.entry(sink.clock.now(), "warn", lossText(loss), "", undefined);
      return `${head}${message}${tail}`;
    };
  }
  const root = createPino(
    {
      level: ["debug", "info", "warn", "error"].includes(options.level) ? options.level : "silent",
      // Time, level and message stand in columns of their own: pino is left with the fields.
      timestamp: false,
      formatters: { level: () => ({}), bindings: (bindings) => plain(bindings) as Record<string, unknown> },
      errorKey: "pino error",
      base: {
        ...Object.fromEntries(Object.entries(options.initialFields).toSorted(byKey)),
        ...(options.resource === undefined ? {} : { resource: sortedKeys(options.resource) }),
      },
    },
    // A line of pino's is `{,"a":1}\n`, and `{}\n` without fields.
    { write: (line: string) => void (sink.fields = line.slice(line.startsWith("{,") ? 2 : 1, -2)) },
  );
  return new CollectorLogger(sink, root);
}

class CollectorLogger implements Logger {
  readonly #sink: Sink;
  readonly #pino: Pino;
  /** Fields of an entry that adds none of its own. */
  #ownFields: string | undefined;

  constructor(sink: Sink, pino: Pino) {
    this.#sink = sink;
    this.#pino = pino;
  }

  isEnabled(level: LogLevel): boolean {
    return this.#pino.isLevelEnabled(level);
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
    return new CollectorLogger(this.#sink, this.#pino.child(fields));
  }

  #log(level: LogLevel, message: string | Uint8Array, fields: LogFields | undefined): void {
    if (!this.#pino.isLevelEnabled(level)) return;
    const { clock, layout, outputs, sampler, showStack } = this.#sink;
    if (!sampler.passes(level, message, clock.monotonic())) return;
    const stack = fields !== undefined && showStack && level === "error" ? stackOf(fields) : undefined;
    const entry = layout.entry(clock.now(), level, message, this.#render(level, fields), stack);
    for (const output of outputs) output.write(entry.head, entry.message, entry.tail);
  }

  #render(level: LogLevel, fields: LogFields | undefined): string {
    if (fields === undefined && this.#ownFields !== undefined) return this.#ownFields;
    this.#pino[level](fields === undefined ? noFields : plain(fields));
    const rendered = this.#sink.fields;
    if (fields === undefined) this.#ownFields = rendered;
    return rendered;
  }
}

/** The same fields with errors as text. */
function plain(fields: LogFields): LogFields {
  let result: Record<string, unknown> | undefined;
  for (const key of Object.keys(fields)) {
    if (!(fields[key] instanceof Error)) continue;
    result ??= { ...fields };
    result[key] = errorText(fields[key]);
  }
  return result ?? fields;
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
