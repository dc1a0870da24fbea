import type { Logger } from "../../component/logger.ts";

/**
 * Tells, once at start, of keys that are set to something else than their default and do nothing here: they steer Go's
 * libraries, and files that have them should work.
 */
export function tellWithoutEffect(logger: Logger, keys: Readonly<Record<string, boolean>>): void {
  const set = Object.keys(keys).filter((key) => keys[key] === true);
  if (set.length > 0) logger.info("Keys without effect here", { keys: set });
}
