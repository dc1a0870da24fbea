import t from "tap";
import { FrameReader, type FrameSink } from "../../../src/net/http2/frame-reader.ts";
import { rawFrame } from "./raw-frames.ts";

/** Notes what it is told; DATA as one text for a frame, however it came. */
class Notes implements FrameSink {
  readonly lines: string[] = [];
  #data = "";

  onHead(_length: number, type: number): boolean {
    return type < 10;
  }

  onFrame(type: number, flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): void {
    this.lines.push(`${type} ${flags} ${streamId} ${Buffer.from(bytes.subarray(start, end)).toString()}`);
  }

  onDataBegin(streamId: number, length: number): void {
    this.#data = `data ${streamId} ${length} `;
  }

  onDataPiece(chunk: Buffer, start: number, end: number): void {
    this.#data += chunk.toString("latin1", start, end);
  }

  onDataEnd(isStreamEnd: boolean): void {
    this.lines.push(`${this.#data} ${isStreamEnd}`);
  }
}

const bytes = Buffer.concat([
  rawFrame(4, 0, 0),
  rawFrame(1, 4, 1, Buffer.from("headers")),
  rawFrame(0, 0, 1, Buffer.from("one")),
  rawFrame(0, 8, 1, Buffer.from("\u0003two...")),
  rawFrame(0, 8, 1, Buffer.from("\u0000three")),
  rawFrame(0, 8, 1, Buffer.from("\u0002..")),
  rawFrame(99, 255, 7, Buffer.from("nobody knows this")),
  rawFrame(98, 0, 0),
  rawFrame(0, 0, 1),
  rawFrame(0, 1, 1),
  rawFrame(6, 1, 0, Buffer.from("12345678")),
]);

const expected = [
  "4 0 0 ",
  "1 4 1 headers",
  "data 1 3 one false",
  "data 1 7 two false",
  "data 1 6 three false",
  "data 1 3  false",
  "data 1 0  false",
  "data 1 0  true",
  "6 1 0 12345678",
];

t.test("FrameReader finds the same frames, however the bytes are cut", async (t) => {
  for (let size = 1; size <= bytes.length; size++) {
    const notes = new Notes();
    const reader = new FrameReader(notes);
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
    t.same(notes.lines, expected, `pieces of ${size}`);
  }
});

t.test("FrameReader refuses more padding than there is payload", async (t) => {
  for (const payload of ["", "\u0001", "\u0005abcd"]) {
    const frame = rawFrame(0, 8, 1, Buffer.from(payload));
    t.throws(() => new FrameReader(new Notes()).push(frame), { code: 1 }, JSON.stringify(payload));
  }
});
