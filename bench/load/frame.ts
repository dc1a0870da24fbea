// HTTP/2 frames (RFC 9113 section 4.1), as far as unary gRPC needs them.

export const frameHeadBytes = 9;
export const frameTypes = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;
export const flags = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const;
export const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
export const maxFrameBytes = 16_384;
export const defaultWindow = 65_535;
export const maxWindow = 2 ** 31 - 1;

/** A frame with room for its payload; `payload` is copied. */
export function frame(type: number, frameFlags: number, stream: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(frameHeadBytes + payload.length);
  writeFrameHead(bytes, 0, payload.length, type, frameFlags, stream);
  bytes.set(payload, frameHeadBytes);
  return bytes;
}

export function writeFrameHead(
  bytes: Buffer,
  at: number,
  length: number,
  type: number,
  frameFlags: number,
  stream: number,
): void {
  bytes.writeUIntBE(length, at, 3);
  bytes[at + 3] = type;
  bytes[at + 4] = frameFlags;
  bytes.writeUInt32BE(stream, at + 5);
}

export function windowUpdate(stream: number, increment: number): Buffer {
  const payload = Buffer.allocUnsafe(4);
  payload.writeUInt32BE(increment);
  return frame(frameTypes.windowUpdate, 0, stream, payload);
}

/** A SETTINGS frame of pairs of identifier and value. */
export function settings(pairs: readonly (readonly [number, number])[]): Buffer {
  const payload = Buffer.allocUnsafe(pairs.length * 6);
  for (const [index, [id, value]] of pairs.entries()) {
    payload.writeUInt16BE(id, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  }
  return frame(frameTypes.settings, 0, 0, payload);
}

export const settingsAck = frame(frameTypes.settings, flags.ack, 0, Buffer.alloc(0));
export const settingIds = { headerTableSize: 1, enablePush: 2, initialWindowSize: 4 } as const;

export type OnFrame = (type: number, frameFlags: number, stream: number, payload: Buffer) => void;

/** Cuts what a socket brings into frames. Payloads are views, valid while nobody writes to the chunk. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #onFrame: OnFrame;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let pos = 0;
    while (bytes.length - pos >= frameHeadBytes) {
      const end = pos + frameHeadBytes + bytes.readUIntBE(pos, 3);
      if (end > bytes.length) break;
      const payload = bytes.subarray(pos + frameHeadBytes, end);
      this.#onFrame(bytes.readUInt8(pos + 3), bytes.readUInt8(pos + 4), bytes.readUInt32BE(pos + 5), payload);
      pos = end;
    }
    this.#rest = bytes.subarray(pos);
  }
}
