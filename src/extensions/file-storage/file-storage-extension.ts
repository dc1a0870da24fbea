import { mkdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { Settings } from "../../component/factory.ts";
import { StorageError, type Journal, type JournalOptions, type StorageExtension } from "../../component/storage.ts";
import type { FileStorageConfig } from "./config.ts";
import { DirectoryLock } from "./directory-lock.ts";
import { DiskBudget } from "./disk-budget.ts";
import { FileJournal } from "./file-journal.ts";
import { fileName } from "./file-name.ts";
import { SetAside } from "./set-aside.ts";

const mib = 1024 * 1024;

/** Owns a directory: one process at a time, one folder for each journal in it, one budget for all. */
export class FileStorageExtension implements StorageExtension {
  readonly #config: FileStorageConfig;
  readonly #settings: Settings;
  readonly #budget: DiskBudget;
  readonly #journals = new Map<string, FileJournal>();
  #directory = "";
  #lock: DirectoryLock | undefined;
  #setAside: SetAside | undefined;
  #stopObserving: (() => void)[] = [];
  #isStopped = false;

  constructor(config: FileStorageConfig, settings: Settings) {
    this.#config = config;
    this.#settings = settings;
    this.#budget = new DiskBudget(config.maxSizeMib * mib);
  }

  async start(): Promise<void> {
    if (this.#lock !== undefined || this.#isStopped) return;
    const {
      config: { timeout },
      settings: { clock, logger, meter },
    } = { config: this.#config, settings: this.#settings };
    this.#directory = await this.#openDirectory();
    this.#lock = await DirectoryLock.take(this.#directory, timeout, clock);
    this.#setAside = new SetAside(this.#directory, logger, meter);
    await this.#setAside.open();
    this.#observe();
    if (!this.#config.fsync) {
      logger.warn("fsync is off: what was acknowledged in the last seconds is lost if the machine fails");
    }
  }

  async openJournal(options: JournalOptions): Promise<Journal> {
    const setAside = this.#setAside;
    if (setAside === undefined) throw new StorageError("closed", "storage is not running");
    const name = fileName(options.name);
    if (this.#journals.has(name)) throw new Error(`Cannot open storage "${name}": it is in use`);
    const { fsync, whenFull } = this.#config;
    const journal = await FileJournal.open({
      ...options,
      name,
      restore: (record, bytes, wasTaken) => options.restore(record, bytes, wasTaken),
      makeRoom: () => options.makeRoom(),
      directory: path.join(this.#directory, name),
      fsync,
      whenFull,
      segmentBytes: Math.min(Math.max(this.#budget.maxBytes / 256, mib / 4), 64 * mib),
      budget: this.#budget,
      setAside,
      closed: () => void this.#journals.delete(name),
    });
    this.#journals.set(name, journal);
    return journal;
  }

  async shutdown(): Promise<void> {
    this.#isStopped = true;
    for (const journal of this.#journals.values()) await journal.close();
    this.#journals.clear();
    for (const stop of this.#stopObserving.splice(0)) stop();
    const lock = this.#lock;
    this.#lock = undefined;
    await lock?.release();
  }

  /** The real path, so that two names of one directory have one lock. */
  async #openDirectory(): Promise<string> {
    const { directory, createDirectory } = this.#config;
    if (createDirectory) await mkdir(directory, { recursive: true, mode: 0o700 });
    let isDirectory: boolean;
    try {
      isDirectory = (await stat(directory)).isDirectory();
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      throw new Error(
        `directory must exist: ${detail}. You can enable the create_directory option to automatically create it`,
        { cause: error },
      );
    }
    if (!isDirectory) throw new Error(`${directory} is not a directory`);
    return realpath(directory);
  }

  #observe(): void {
    const { meter } = this.#settings;
    this.#stopObserving = [
      meter.observe(
        { name: "otelcol_file_storage_used_bytes", description: "Bytes on disk, without what is set aside" },
        () => this.#budget.usedBytes,
      ),
      meter.observe(
        { name: "otelcol_file_storage_max_bytes", description: "Most bytes on disk" },
        () => this.#budget.maxBytes,
      ),
    ];
  }
}
