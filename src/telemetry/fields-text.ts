import type { LogFields } from "../component/logger.ts";
import { errorText } from "./error-text.ts";

/** Fields as the inside of a JSON object, `"a":1,"b":"x"`; those without a value are left out. Never throws. */
export function fieldsText(fields: LogFields): string {
  let text = "";
  for (const key of Object.keys(fields)) {
    const json = jsonOf(fields[key]);
    if (json !== undefined) text = `${joined(text)}${JSON.stringify(key)}:${json}`;
  }
  return text;
}

/** `text` with what it takes to be followed by more fields. */
export function joined(text: string): string {
  return text === "" ? "" : `${text},`;
}

/** `undefined` for what JSON has no word for. */
function jsonOf(value: unknown): string | undefined {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Error) return JSON.stringify(errorText(value));
  try {
    return JSON.stringify(value);
  } catch {
    // A ring, or a `toJSON` that fails. A log line must not do harm.
    return `"${Object.prototype.toString.call(value)}"`;
  }
}
