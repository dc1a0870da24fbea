import { readdir, readFile, stat, unlink } from "node:fs/promises";
import path from "node:path";
import type { StoredRecord } from "../../component/storage.ts";
import { segmentNumber } from "./file-name.ts";
import { scanSegment } from "./scan-segment.ts";
import { draftSuffix, Segment, type Place } from "./segment.ts";
import { markDone, marksOffset, markTaken } from "./segment-format.ts";
import type { SetAside } from "./set-aside.ts";

/** A record of a journal, as the journal hands it out. */
export class JournalRecord implements StoredRecord {
  readonly segment: Segment;
  readonly place: Place;

  constructor(segment: Segment, place: Place) {
    this.segment = segment;
    this.place = place;
  }

  get byteCount(): number {
    return this.place.byteCount;
  }
}

export interface Loaded {
  /** By number, each with at least one live record. */
  readonly segments: readonly Segment[];
  readonly nextNumber: number;
  /** No segment file was there, good or bad. */
  readonly isNew: boolean;
  readonly damagedRecords: number;
}

export interface LoadOptions {
  readonly directory: string;
  readonly name: string;
  readonly setAside: SetAside;
  restore(record: StoredRecord, bytes: Uint8Array, wasTaken: boolean): string | undefined;
}

/** Reads what an earlier process left, oldest first. What cannot be used is set aside, and never stops the rest. */
export async function loadSegments(options: LoadOptions): Promise<Loaded> {
  const { directory, name, setAside } = options;
  const numbers: (readonly [number, string])[] = [];
  for (const entry of await readdir(directory)) {
    const number = segmentNumber(entry);
    if (entry.endsWith(draftSuffix)) await unlink(path.join(directory, entry));
    else if (number === undefined)
      await setAside.move(path.join(directory, entry), name, "its name is not one of ours");
    else numbers.push([number, path.join(directory, entry)]);
  }
  numbers.sort(([left], [right]) => left - right);
  const segments: Segment[] = [];
  let damagedRecords = 0;
  for (const [index, [number, file]] of numbers.entries()) {
    const isNewest = index === numbers.length - 1;
    try {
      const { segment, damaged } = await loadSegment(options, number, file, isNewest);
      damagedRecords += damaged;
      if (segment !== undefined) segments.push(segment);
    } catch (error) {
      await setAside.move(file, name, error instanceof Error ? error.message : String(error));
    }
  }
  const newest = numbers.at(-1);
  return { segments, nextNumber: (newest?.[0] ?? 0) + 1, isNew: newest === undefined, damagedRecords };
}

async function loadSegment(
  { name, setAside, restore }: LoadOptions,
  number: number,
  file: string,
  isNewest: boolean,
): Promise<{ readonly segment: Segment | undefined; readonly damaged: number }> {
  if (!(await stat(file)).isFile()) throw new Error("it is not a file");
  const bytes = await readFile(file);
  const scan = scanSegment(bytes);
  if ("problem" in scan) {
    await setAside.move(file, name, scan.problem);
    return { segment: undefined, damaged: 0 };
  }
  const segment = await Segment.reopen(file, number, scan.nonce, bytes.length);
  let damaged = scan.damagedStretches;
  // The newest file ends within a record when the process died while it wrote one: nobody was told that it is stored.
  if (scan.isTorn && isNewest) setAside.torn(file);
  else if (scan.isTorn) damaged++;
  let reason = damaged > 0 ? "its records are damaged" : "";
  for (const { index, offset, bytes: content } of scan.records) {
    const mark = bytes[marksOffset + index] ?? 0;
    if (mark === markDone) continue;
    segment.adopt(index, mark);
    const record = new JournalRecord(segment, { index, offset, byteCount: content.length });
    const problem = restore(record, content, mark === markTaken);
    if (problem === undefined) continue;
    segment.done(index);
    damaged++;
    reason = problem;
  }
  if (damaged > 0) {
    segment.damage = reason;
    setAside.keep(file, damaged, reason);
  }
  return { segment, damaged };
}
