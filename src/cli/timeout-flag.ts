import { parseDuration } from "../duration/parse-duration.ts";
import { UsageError } from "./command.ts";

/** The value of `--timeout` in ms. Throws a `UsageError`. */
export function readTimeout(text: string | undefined, defaultMs: number): number {
  if (text === undefined) return defaultMs;
  try {
    const timeoutMs = parseDuration(text);
    if (timeoutMs > 0) return timeoutMs;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`invalid argument "${text}" for "--timeout" flag: ${reason}`);
  }
  throw new UsageError(`invalid argument "${text}" for "--timeout" flag: must be more than 0`);
}
