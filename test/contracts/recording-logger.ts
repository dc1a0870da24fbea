import type { LogFields, Logger, LogLevel } from "../../src/component/logger.ts";

export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
  /** Written through `block`. */
  readonly isBlock: boolean;
}

/** Keeps entries. Loggers made by `with` write into the same list. */
export class RecordingLogger implements Logger {
  readonly entries: LogEntry[];
  readonly #fields: LogFields;

  constructor(entries: LogEntry[] = [], fields: LogFields = {}) {
    this.entries = entries;
    this.#fields = fields;
  }

  isEnabled(): boolean {
    return true;
  }

  debug(message: string, fields?: LogFields): void {
    this.#add("debug", message, fields, false);
  }

  info(message: string, fields?: LogFields): void {
    this.#add("info", message, fields, false);
  }

  warn(message: string, fields?: LogFields): void {
    this.#add("warn", message, fields, false);
  }

  error(message: string, fields?: LogFields): void {
    this.#add("error", message, fields, false);
  }

  block(text: Uint8Array, fields?: LogFields): void {
    this.#add("info", Buffer.from(text).toString("utf8"), fields, true);
  }

  with(fields: LogFields): RecordingLogger {
    return new RecordingLogger(this.entries, { ...this.#fields, ...fields });
  }

  /** Messages of one level, in order. */
  messages(level: LogLevel): string[] {
    return this.entries.filter((entry) => entry.level === level).map((entry) => entry.message);
  }

  #add(level: LogLevel, message: string, fields: LogFields | undefined, isBlock: boolean): void {
    this.entries.push({ level, message, fields: { ...this.#fields, ...fields }, isBlock });
  }
}
