import type { Component } from "./component.ts";
import type { Host } from "./host.ts";

/** A record that stands on disk. Only the journal that made it knows what is inside. */
export interface StoredRecord {
  /** Of the record as it was appended. */
  readonly byteCount: number;
}

/**
 * Why a journal did not do what it was asked:
 * - `full`: the bytes that it may use on disk are used; there will be room when records are removed
 * - `failed`: the disk said no (full, read-only, broken); another try may succeed
 * - `damaged`: the record is not what was written; it never will be again
 * - `closed`: the journal is closed
 */
export type StorageErrorCode = "full" | "failed" | "damaged" | "closed";

export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface JournalOptions {
  /** Who owns it: one journal per name. Letters, digits and `_`; anything else is escaped. */
  readonly name: string;
  /**
   * Called for each record that is still there, oldest first, while the journal opens. `wasTaken`: `taken` was called for
   * it. The bytes are valid during the call only. Answers `undefined`, or why the record makes no sense: it is then set
   * aside.
   */
  restore(record: StoredRecord, bytes: Uint8Array, wasTaken: boolean): string | undefined;
  /** With `drop_oldest`: removes the oldest record that can be spared; `false` if there is none. */
  makeRoom(): boolean;
}

/** What was found when a journal was opened. */
export interface JournalState {
  /** Nothing was there: it is the first time. */
  readonly isNew: boolean;
  /** Stretches of files that are not what was written. Their files are kept, aside. */
  readonly damagedRecords: number;
}

/**
 * Records on disk, in order. A record is there from the moment when `append` resolves until `remove`, through any death
 * of the process.
 */
export interface Journal {
  readonly state: JournalState;
  readonly whenFull: "refuse" | "drop_oldest";
  /** Resolves when the record is durable. The parts are read until then and stay the caller's. Rejects: `StorageError`. */
  append(parts: readonly Uint8Array[]): Promise<StoredRecord>;
  /** The bytes as appended, owned by the caller. Rejects with a `StorageError`. */
  read(record: StoredRecord): Promise<Uint8Array>;
  /** Notes that work on the record has begun; after a restart `restore` is told. */
  taken(record: StoredRecord): void;
  /** Forgets the record. Noted on disk soon after: a record may come back if the process is killed in between. */
  remove(record: StoredRecord): void;
  /** Forgets the record, but keeps its file aside for a human. */
  setAside(record: StoredRecord, reason: string): void;
  /** Writes what is open and closes the files; records stay. Safe twice. */
  close(): Promise<void>;
}

/** What an extension offers to those who name it under `storage`. */
export interface StorageExtension extends Component {
  /** Rejects if the files cannot be opened, or if the name is in use. */
  openJournal(options: JournalOptions): Promise<Journal>;
}

/** The storage extension of that id. Throws in upstream's words if there is none. */
export function storageExtension(host: Host, id: string): StorageExtension {
  const extension = host.extension(id);
  if (extension === undefined) throw new Error("no storage client extension found");
  if (!isStorage(extension)) throw new Error("requested extension is not a storage extension");
  return extension;
}

function isStorage(component: Component): component is StorageExtension {
  return "openJournal" in component && typeof component.openJournal === "function";
}
