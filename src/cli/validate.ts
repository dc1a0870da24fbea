import type { ConfigSource } from "../config/read-source.ts";
import { loadForUser } from "./load.ts";

/** Resolves with the exit code. Says nothing of a valid configuration, as upstream does. */
export async function validate(sources: readonly ConfigSource[]): Promise<number> {
  return (await loadForUser(sources)) === undefined ? 1 : 0;
}
