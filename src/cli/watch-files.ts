import { stat } from "node:fs/promises";
import type { Logger } from "../component/logger.ts";
import { fileOf, type ConfigSource } from "../config/read-source.ts";

/** How often the files are looked at. File events do not tell of mounted configurations, which are swapped by their folder. */
export const pollMs = 1000;

/** Reloads when a file among the sources changes, until the process ends. */
export function watchSources(sources: readonly ConfigSource[], logger: Logger, reload: () => Promise<void>): void {
  const files = sources.flatMap((source) => fileOf(source) ?? []);
  if (files.length === 0) {
    logger.warn("Nothing to watch: no --config names a file; send SIGHUP to have the configuration read again");
    return;
  }
  logger.info("Watching the configuration", { files });
  watchFiles(files, () => {
    // What went wrong is logged.
    reload().catch(() => {});
  });
}

/**
 * Calls back when a file has changed and has stayed as it is for one more look, so that one that is being written is not
 * read by halves. The answer ends it.
 */
export function watchFiles(paths: readonly string[], onChange: () => void): () => void {
  let known: string | undefined;
  let seen: string | undefined;
  let isStopped = false;
  const look = async (): Promise<void> => {
    const now = (await Promise.all(paths.map(stateOf))).join("\n");
    if (isStopped) return;
    known ??= now;
    if (now !== known && now === seen) {
      known = now;
      onChange();
    }
    seen = now;
  };
  // Never rejects: a file that is away is a state as well.
  void look();
  const timer = setInterval(() => void look(), pollMs);
  timer.unref();
  return () => {
    isStopped = true;
    clearInterval(timer);
  };
}

async function stateOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return "absent";
  }
}
