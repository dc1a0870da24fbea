import { randomBytes } from "node:crypto";
import { open, rename, unlink, type FileHandle } from "node:fs/promises";
import path from "node:path";
import {
  dataOffset,
  decodeRecord,
  encodeHead,
  encodeRecordHeader,
  markDone,
  marksOffset,
  markTaken,
  maxRecords,
  nonceBytes,
  recordHeaderBytes,
} from "./segment-format.ts";

const fileMode = 0o600;
const initialMarks = 256;
/** Of a file that is being made. */
export const draftSuffix = ".new";

/** Where a record stands. */
export interface Place {
  readonly index: number;
  /** Of its header. */
  readonly offset: number;
  readonly byteCount: number;
}

/**
 * One file of a journal, open. Records are appended until it is sealed; later only marks change. It does not know when to
 * do what: the journal decides, and calls one method at a time.
 */
export class Segment {
  readonly number: number;
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #nonce: Buffer;
  /** Marks as they should stand on disk. */
  #marks = Buffer.alloc(initialMarks);
  #dirtyFrom = Number.POSITIVE_INFINITY;
  #dirtyTo = -1;
  #recordCount: number;
  #liveCount = 0;
  #size: number;
  isSealed: boolean;
  /** Why the file is to be kept when its records are done. */
  damage: string | undefined;

  private constructor(file: string, number: number, handle: FileHandle, nonce: Buffer, isNew: boolean, size: number) {
    this.#file = file;
    this.number = number;
    this.#handle = handle;
    this.#nonce = nonce;
    this.#size = size;
    this.#recordCount = isNew ? 0 : maxRecords;
    this.isSealed = !isNew;
  }

  /**
   * Makes an empty file; leaves none behind when it fails. It has its name only when its head is written, so that a file
   * without one is always a damaged one.
   */
  static async create(file: string, number: number): Promise<Segment> {
    const draft = file + draftSuffix;
    const handle = await open(draft, "w+", fileMode);
    const nonce = randomBytes(nonceBytes);
    try {
      const head = encodeHead(nonce);
      await writeAll(handle, [head], head.length, 0);
      await rename(draft, file);
    } catch (error) {
      await handle.close();
      await unlink(draft).catch(() => {
        // What failed before is the error that tells; a draft is deleted at the next start.
      });
      throw error;
    }
    return new Segment(file, number, handle, nonce, true, dataOffset);
  }

  /** Opens a file that was scanned: nothing is appended to it any more. */
  static async reopen(file: string, number: number, nonce: Uint8Array, size: number): Promise<Segment> {
    // A directory that is read-only for now must not keep us from delivering what is in it.
    const handle = await open(file, "r+").catch(() => open(file, "r"));
    return new Segment(file, number, handle, Buffer.from(nonce), false, size);
  }

  /** Bytes of the file. */
  get size(): number {
    return this.#size;
  }

  get recordCount(): number {
    return this.#recordCount;
  }

  /** Records that are not done. */
  get liveCount(): number {
    return this.#liveCount;
  }

  get isDirty(): boolean {
    return this.#dirtyTo >= 0;
  }

  /** Writes records behind one another; they count as live from here on. Not durable before `sync`. */
  async append(records: readonly (readonly Uint8Array[])[]): Promise<readonly Place[]> {
    const buffers: Uint8Array[] = [];
    const places: Place[] = [];
    let offset = this.#size;
    for (const parts of records) {
      const index = this.#recordCount + places.length;
      const header = encodeRecordHeader(this.#nonce, index, parts);
      buffers.push(header, ...parts);
      const byteCount = header.readUInt32LE(12);
      places.push({ index, offset, byteCount });
      offset += recordHeaderBytes + byteCount;
    }
    await writeAll(this.#handle, buffers, offset - this.#size, this.#size);
    this.#size = offset;
    this.#recordCount += places.length;
    this.#liveCount += places.length;
    return places;
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  /** After a failed `append`: nothing more is written here, and what half stands there is cut off if the disk lets us. */
  async abandonTail(): Promise<void> {
    this.isSealed = true;
    await this.#handle.truncate(this.#size).catch(() => {
      // It stays as a torn end, which a restart knows how to read.
    });
  }

  /** A record that was found at a restart. */
  adopt(index: number, mark: number): void {
    this.#liveCount++;
    this.#setMark(index, mark);
  }

  taken(index: number): void {
    this.#change(index, markTaken);
  }

  done(index: number): void {
    if (this.#marks[index] === markDone) return;
    this.#liveCount--;
    this.#change(index, markDone);
  }

  /** One write for all marks that have changed. */
  async writeMarks(): Promise<void> {
    if (!this.isDirty) return;
    const from = this.#dirtyFrom;
    const bytes = this.#marks.subarray(from, this.#dirtyTo + 1);
    this.#dirtyFrom = Number.POSITIVE_INFINITY;
    this.#dirtyTo = -1;
    try {
      await writeAll(this.#handle, [Buffer.from(bytes)], bytes.length, marksOffset + from);
    } catch (error) {
      this.#touch(from);
      this.#touch(from + bytes.length - 1);
      throw error;
    }
  }

  /** The bytes of a record, or `undefined` if they are not what was written. */
  async read({ offset, byteCount }: Place): Promise<Uint8Array | undefined> {
    const bytes = Buffer.allocUnsafeSlow(recordHeaderBytes + byteCount);
    for (let filled = 0; filled < bytes.length;) {
      const { bytesRead } = await this.#handle.read(bytes, filled, bytes.length - filled, offset + filled);
      if (bytesRead === 0) return undefined;
      filled += bytesRead;
    }
    return decodeRecord(bytes, 0, this.#nonce)?.bytes;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Deletes the file; one that is damaged moves to `asideDirectory` instead. */
  async remove(asideDirectory: string): Promise<void> {
    if (this.damage === undefined) await unlink(this.#file);
    else await rename(this.#file, path.join(asideDirectory, path.basename(this.#file)));
    await this.#handle.close();
  }

  #change(index: number, mark: number): void {
    this.#setMark(index, mark);
    this.#touch(index);
  }

  #touch(index: number): void {
    this.#dirtyFrom = Math.min(this.#dirtyFrom, index);
    this.#dirtyTo = Math.max(this.#dirtyTo, index);
  }

  #setMark(index: number, mark: number): void {
    if (index >= this.#marks.length) {
      const marks = Buffer.alloc(Math.min(maxRecords, Math.max(index + 1, 2 * this.#marks.length)));
      this.#marks.copy(marks);
      this.#marks = marks;
    }
    this.#marks[index] = mark;
  }
}

/** A write may stop early, at a full disk for example: the next one then says why. */
async function writeAll(
  handle: FileHandle,
  buffers: readonly Uint8Array[],
  byteCount: number,
  position: number,
): Promise<void> {
  // The kernel takes at most 1024 buffers at once.
  let rest = [...buffers];
  for (let written = 0; written < byteCount;) {
    const { bytesWritten } = await handle.writev(rest.slice(0, 1024), position + written);
    if (bytesWritten === 0) throw new Error("the disk takes no more bytes");
    written += bytesWritten;
    rest = withoutFirst(rest, bytesWritten);
  }
}

function withoutFirst(buffers: readonly Uint8Array[], byteCount: number): Uint8Array[] {
  let skipped = 0;
  for (const [index, buffer] of buffers.entries()) {
    if (skipped + buffer.length > byteCount) return [buffer.subarray(byteCount - skipped), ...buffers.slice(index + 1)];
    skipped += buffer.length;
  }
  return [];
}
