import { mkdir, open } from "node:fs/promises";
import path from "node:path";
import {
  StorageError,
  type Journal,
  type JournalOptions,
  type JournalState,
  type StoredRecord,
} from "../../component/storage.ts";
import type { DiskBudget } from "./disk-budget.ts";
import { segmentName } from "./file-name.ts";
import { JournalRecord, loadSegments } from "./load-segments.ts";
import { Segment, type Place } from "./segment.ts";
import { dataOffset, maxRecords, recordHeaderBytes } from "./segment-format.ts";
import type { SetAside } from "./set-aside.ts";

/** One commit takes at most so much, so that the first in it do not wait for a huge write. */
const maxCommitBytes = 8 * 1024 * 1024;
const maxCommitRecords = 4096;
const closedText = "storage is closed";

export interface FileJournalOptions extends JournalOptions {
  /** Of this journal alone. */
  readonly directory: string;
  readonly fsync: boolean;
  readonly whenFull: "refuse" | "drop_oldest";
  /** A segment that has reached this is sealed. */
  readonly segmentBytes: number;
  readonly budget: DiskBudget;
  /** Told when the journal is closed and may be opened again. */
  closed(): void;
  readonly setAside: SetAside;
}

interface Append {
  readonly parts: readonly Uint8Array[];
  readonly byteCount: number;
  readonly answer: PromiseWithResolvers<StoredRecord>;
}

/**
 * Segments, the newest of which grows.
 *
 *     append ──► pending ──► commit: one write, one fsync ──► answered
 *     taken, remove ──► marks: one write per segment, not behind an fsync: the sooner, the less is sent twice after a kill
 *     last record of a segment removed ──► file deleted
 *
 * Commits follow one another: what comes while one is under way goes into the next, so that the cost of an fsync is
 * shared by all who wait for it.
 */
export class FileJournal implements Journal {
  readonly #options: FileJournalOptions;
  readonly #segments = new Set<Segment>();
  readonly #dirty = new Set<Segment>();
  #state: JournalState = { isNew: true, damagedRecords: 0 };
  #current: Segment | undefined;
  #nextNumber = 1;
  #pending: Append[] = [];
  #committing: Promise<void> | undefined;
  #marking: Promise<void> | undefined;
  /** Writes of marks and deletions follow one another. */
  #settling: Promise<boolean> = Promise.resolve(true);
  #isClosed = false;

  private constructor(options: FileJournalOptions) {
    this.#options = options;
  }

  static async open(options: FileJournalOptions): Promise<FileJournal> {
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    const journal = new FileJournal(options);
    const { segments, nextNumber, isNew, damagedRecords } = await loadSegments(options);
    journal.#nextNumber = nextNumber;
    journal.#state = { isNew, damagedRecords };
    for (const segment of segments) {
      options.budget.use(segment.size);
      journal.#segments.add(segment);
      journal.#dirty.add(segment);
    }
    journal.#wakeMarks();
    return journal;
  }

  get state(): JournalState {
    return this.#state;
  }

  get whenFull(): "refuse" | "drop_oldest" {
    return this.#options.whenFull;
  }

  append(parts: readonly Uint8Array[]): Promise<StoredRecord> {
    if (this.#isClosed) return Promise.reject(new StorageError("closed", closedText));
    let byteCount = recordHeaderBytes;
    for (const part of parts) byteCount += part.length;
    const answer = Promise.withResolvers<StoredRecord>();
    this.#pending.push({ parts, byteCount, answer });
    // After the events of this turn, so that what came together is committed together.
    this.#committing ??= nextTurn().then(() => this.#runCommits());
    return answer.promise;
  }

  async read(record: StoredRecord): Promise<Uint8Array> {
    const { segment, place } = own(record);
    if (this.#isClosed) throw new StorageError("closed", closedText);
    let bytes: Uint8Array | undefined;
    try {
      bytes = await segment.read(place);
    } catch (error) {
      throw failure("Cannot read from the storage", error);
    }
    if (bytes === undefined) throw new StorageError("damaged", "Cannot read from the storage: the record is damaged");
    return bytes;
  }

  taken(record: StoredRecord): void {
    const { segment, place } = own(record);
    segment.taken(place.index);
    this.#touch(segment);
  }

  remove(record: StoredRecord): void {
    const { segment, place } = own(record);
    segment.done(place.index);
    this.#touch(segment);
  }

  setAside(record: StoredRecord, reason: string): void {
    const { segment } = own(record);
    segment.damage ??= reason;
    this.#options.setAside.keep(path.join(this.#options.directory, segmentName(segment.number)), 1, reason);
    this.remove(record);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#committing;
    await this.#marking;
    this.#current = undefined;
    for (const segment of this.#segments) if (segment.isDirty || segment.liveCount === 0) this.#dirty.add(segment);
    await this.#settleMarks();
    for (const segment of this.#segments) {
      await segment.close();
      // Whoever opens the journal again counts what is there.
      this.#options.budget.use(-segment.size);
    }
    this.#segments.clear();
    this.#options.closed();
  }

  #touch(segment: Segment): void {
    this.#dirty.add(segment);
    if (!this.#isClosed) this.#wakeMarks();
  }

  #wakeMarks(): void {
    this.#marking ??= nextTurn().then(() => this.#runMarks());
  }

  async #runMarks(): Promise<void> {
    // Marks that cannot be written now are tried again with the next one.
    while ((await this.#settleMarks()) && this.#dirty.size > 0);
    this.#marking = undefined;
  }

  async #runCommits(): Promise<void> {
    while (this.#pending.length > 0) await this.#commit();
    this.#committing = undefined;
    this.#retireIfEmpty();
  }

  /** Brings all marks to the disk and deletes what is done; `false` if a part of it failed. */
  #settleMarks(): Promise<boolean> {
    this.#settling = this.#settling.then(() => this.#settleDirty());
    return this.#settling;
  }

  async #settleDirty(): Promise<boolean> {
    let isSettled = true;
    const segments = [...this.#dirty];
    this.#dirty.clear();
    for (const segment of segments) {
      if (segment === this.#current && this.#committing === undefined) this.#retireIfEmpty();
      try {
        if (segment.liveCount > 0 || segment === this.#current) await segment.writeMarks();
        else await this.#delete(segment);
      } catch {
        // Nothing is lost: at worst a record that was delivered is seen again after a restart.
        isSettled = false;
        this.#dirty.add(segment);
      }
    }
    return isSettled;
  }

  /** What grew large and is empty now gives back its space without waiting for the next commit. */
  #retireIfEmpty(): void {
    const current = this.#current;
    if (current?.liveCount === 0 && current.size >= this.#options.segmentBytes / 4) this.#retire();
  }

  async #delete(segment: Segment): Promise<void> {
    if (!this.#segments.has(segment)) return;
    await segment.remove(this.#options.setAside.directory);
    this.#segments.delete(segment);
    this.#options.budget.use(-segment.size);
  }

  async #commit(): Promise<void> {
    const appends = this.#takePending();
    let segment: Segment | undefined;
    try {
      segment = await this.#segmentFor(appends);
      if (segment === undefined) return;
      const before = segment.size;
      const places = await segment.append(appends.map(({ parts }) => parts));
      this.#options.budget.use(segment.size - before);
      try {
        if (this.#options.fsync) await segment.sync();
      } catch (error) {
        for (const { index } of places) segment.done(index);
        this.#touch(segment);
        throw error;
      }
      this.#answer(segment, appends, places);
    } catch (error) {
      await this.#giveUp(segment, appends, error);
    }
  }

  /** As many as fit into one commit, but at least one. */
  #takePending(): readonly Append[] {
    const maxBytes = Math.min(maxCommitBytes, this.#options.segmentBytes);
    let count = 0;
    let byteCount = 0;
    for (const append of this.#pending) {
      byteCount += append.byteCount;
      if (count > 0 && (byteCount > maxBytes || count >= maxCommitRecords)) break;
      count++;
    }
    return this.#pending.splice(0, count);
  }

  /** Where to write; `undefined` if there is no room, and then nobody waits any more. */
  async #segmentFor(appends: readonly Append[]): Promise<Segment | undefined> {
    const { budget, segmentBytes, whenFull, makeRoom, directory } = this.#options;
    let byteCount = 0;
    for (const append of appends) byteCount += append.byteCount;
    for (;;) {
      let current = this.#current;
      if (current !== undefined) {
        const isFull = current.recordCount + appends.length > maxRecords || current.size >= segmentBytes;
        if (isFull || current.isSealed) current = undefined;
      }
      const needed = byteCount + (current === undefined ? dataOffset : 0);
      if (budget.hasRoom(needed)) {
        if (current === undefined) {
          this.#retire();
          current = await Segment.create(path.join(directory, segmentName(this.#nextNumber)), this.#nextNumber);
          this.#nextNumber++;
          this.#segments.add(current);
          budget.use(current.size);
          this.#current = current;
          if (this.#options.fsync) await syncDirectory(directory);
        }
        return current;
      }
      // What is done in the segment that grows takes room as well.
      this.#retire();
      const usedBytes = budget.usedBytes;
      await this.#settleMarks();
      if (budget.usedBytes < usedBytes) continue;
      if (whenFull === "refuse" || needed > budget.maxBytes || !makeRoom()) break;
    }
    const error = new StorageError("full", `storage is full: max_size_mib is ${budget.maxBytes / 1024 / 1024}`);
    for (const { answer } of appends) answer.reject(error);
    return undefined;
  }

  /** The segment that grows does so no longer; it goes with its last record. */
  #retire(): void {
    const segment = this.#current;
    if (segment === undefined) return;
    this.#current = undefined;
    segment.isSealed = true;
    this.#touch(segment);
  }

  #answer(segment: Segment, appends: readonly Append[], places: readonly Place[]): void {
    for (const [index, { answer }] of appends.entries()) {
      const place = places[index];
      if (place !== undefined) answer.resolve(new JournalRecord(segment, place));
    }
  }

  /** After a failure nobody knows what the disk has: the next commit goes into a new file. */
  async #giveUp(segment: Segment | undefined, appends: readonly Append[], cause: unknown): Promise<void> {
    if (segment !== undefined) {
      await segment.abandonTail();
      if (segment === this.#current) this.#retire();
    }
    const error = failure("Cannot write to the storage", cause);
    for (const { answer } of appends) answer.reject(error);
  }
}

function own(record: StoredRecord): JournalRecord {
  if (record instanceof JournalRecord) return record;
  throw new TypeError("Cannot use a record: it is of another storage");
}

function failure(action: string, cause: unknown): StorageError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new StorageError("failed", `${action}: ${detail}`, { cause });
}

/** Without it a file that is new may be gone after the machine failed. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
