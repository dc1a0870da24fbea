import { mkdir, rename } from "node:fs/promises";
import path from "node:path";
import type { Logger } from "../../component/logger.ts";
import type { Counter, Meter } from "../../component/meter.ts";

/** Where files go that cannot be used: nobody deletes what may still be worth something. */
export class SetAside {
  /** Beside the journals. */
  readonly directory: string;
  readonly #logger: Logger;
  readonly #files: Counter;
  readonly #records: Counter;

  constructor(directory: string, logger: Logger, meter: Meter) {
    this.directory = path.join(directory, "set-aside");
    this.#logger = logger;
    this.#files = meter.counter({
      name: "otelcol_file_storage_set_aside_files",
      description: "Files that are not what was written, moved aside",
    });
    this.#records = meter.counter({
      name: "otelcol_file_storage_damaged_records",
      description: "Records, or stretches of a file where records were, that cannot be read",
    });
  }

  open(): Promise<unknown> {
    return mkdir(this.directory, { recursive: true, mode: 0o700 });
  }

  /** Moves a file away now. Never throws: a file that cannot be moved is left where it is, and is not used. */
  async move(file: string, journal: string, reason: string): Promise<void> {
    const target = path.join(this.directory, `${journal}-${Date.now()}-${path.basename(file)}`);
    this.#files.add(1);
    try {
      await rename(file, target);
      this.#logger.error("Cannot use a file of the storage: it is set aside", { file, set_aside: target, reason });
    } catch (error) {
      this.#logger.error("Cannot use a file of the storage, and cannot set it aside", { file, reason, error });
    }
  }

  /** A file whose other records are used; it moves when they are done. */
  keep(file: string, damagedRecords: number, reason: string): void {
    this.#files.add(1);
    this.#records.add(damagedRecords);
    this.#logger.error("Cannot read a part of a file of the storage: the rest is used, then the file is set aside", {
      file,
      damaged_records: damagedRecords,
      reason,
    });
  }

  /** Said, but nothing to act on. */
  torn(file: string): void {
    this.#logger.info("The last write to the storage was interrupted; nothing that was acknowledged was in it", {
      file,
    });
  }
}
