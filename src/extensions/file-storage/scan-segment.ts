import { dataOffset, decodeHead, decodeRecord, recordHeaderBytes, type FoundRecord } from "./segment-format.ts";

export interface Scan {
  readonly nonce: Buffer;
  readonly records: readonly FoundRecord[];
  /** Stretches that are not what was written. */
  readonly damagedStretches: number;
  /** The file ends within a record: the process died while it wrote, or the file was cut. */
  readonly isTorn: boolean;
}

/** Finds every whole record of a segment file, also behind damaged ones; or says why it is none. */
export function scanSegment(file: Buffer): Scan | { readonly problem: string } {
  const head = decodeHead(file);
  if ("problem" in head) return head;
  const { nonce } = head;
  const records: FoundRecord[] = [];
  let damagedStretches = 0;
  let isTorn = file.length < dataOffset;
  for (let offset = dataOffset; offset < file.length;) {
    const record = decodeRecord(file, offset, nonce);
    if (record !== undefined) {
      records.push(record);
      offset = record.offset + recordHeaderBytes + record.bytes.length;
      continue;
    }
    const next = nextRecord(file, offset + 1, nonce);
    if (next === undefined) {
      // What stands at the end was cut off, or it is whole and was changed.
      if (isWhole(file, offset)) damagedStretches++;
      else isTorn = true;
      break;
    }
    damagedStretches++;
    offset = next;
  }
  return { nonce, records, damagedStretches, isTorn };
}

function nextRecord(file: Buffer, from: number, nonce: Buffer): number | undefined {
  for (let offset = file.indexOf(nonce, from); offset >= 0; offset = file.indexOf(nonce, offset + 1)) {
    if (decodeRecord(file, offset, nonce) !== undefined) return offset;
  }
  return undefined;
}

/** Whether the file goes on as far as the header says. A lost machine may also leave zeros where it had not written yet. */
function isWhole(file: Buffer, offset: number): boolean {
  if (offset + recordHeaderBytes > file.length) return false;
  if (file.subarray(offset).every((byte) => byte === 0)) return false;
  return offset + recordHeaderBytes + file.readUInt32LE(offset + 12) <= file.length;
}
