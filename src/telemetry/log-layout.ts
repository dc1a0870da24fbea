import type { LogLevel } from "../component/logger.ts";
import { formatLogTime } from "../component/log-time.ts";
import { spacedJson } from "./spaced-json.ts";

export type LogEncoding = "console" | "json";

/** One entry, ready to be written in three parts; the middle one is the message. */
export interface LaidOutEntry<Message extends string | Uint8Array> {
  readonly head: string;
  readonly message: Message;
  readonly tail: string;
}

/**
 * The forms of a log entry (reference §1.6). `fields` is the inside of a JSON object, compact: `"a":1,"b":"x"`.
 *
 * - console: `<time>\t<level>\t<message>\t{"a": 1, "b": "x"}`; without the last column when there are no fields
 * - json: `{"level":"info","ts":"<time>","msg":"<message>","a":1,"b":"x"}`
 */
export interface LogLayout {
  entry<M extends string | Uint8Array>(
    unixMs: number,
    level: LogLevel,
    message: M,
    fields: string,
    stack: string | undefined,
  ): LaidOutEntry<M | string>;
}

export const logLayouts: Readonly<Record<LogEncoding, LogLayout>> = Object.freeze({
  console: {
    entry: (unixMs, level, message, fields, stack) => {
      const columns = fields === "" ? "" : `\t{${spaced(fields)}}`;
      return {
        head: `${formatLogTime(unixMs)}\t${level}\t`,
        message,
        tail: stack === undefined ? `${columns}\n` : `${columns}\n${stack}\n`,
      };
    },
  },
  json: {
    entry: (unixMs, level, message, fields, stack) => {
      const text = typeof message === "string" ? message : Buffer.from(message).toString("utf8");
      const inside = fields === "" ? "" : `,${fields}`;
      const stacktrace = stack === undefined ? "" : `,"stacktrace":${JSON.stringify(stack)}`;
      return {
        head: `{"level":"${level}","ts":"${formatLogTime(unixMs)}","msg":`,
        message: JSON.stringify(text),
        tail: `${inside}${stacktrace}}\n`,
      };
    },
  },
});

// A component that prints a block per batch has the same fields every time.
let lastFields = "";
let lastSpaced = "";

function spaced(fields: string): string {
  if (fields !== lastFields) {
    lastFields = fields;
    lastSpaced = spacedJson(fields);
  }
  return lastSpaced;
}
