import { frameHeadBytes, preface, readUint32, writeFrameHead } from "../../../src/net/http2/frame.ts";
import { encodeHeaders } from "../../../src/net/http2/hpack-encode.ts";

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** One frame, right or wrong, as bytes. */
export function rawFrame(
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array | readonly number[] = [],
): Buffer {
  const bytes = Buffer.alloc(frameHeadBytes + payload.length);
  writeFrameHead(bytes, 0, payload.length, type, flags, streamId);
  bytes.set(payload, frameHeadBytes);
  return bytes;
}

export const settingsFrame = rawFrame(4, 0, 0);

/** How a well-behaved client begins. */
export const opening = Buffer.concat([preface, settingsFrame]);

export function callHeaders(path: string, more: readonly (readonly [string, string])[] = []): Uint8Array {
  return encodeHeaders([
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", "test"],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
    ...more,
  ]);
}

/** All whole frames in some bytes. */
export function framesOf(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + frameHeadBytes <= bytes.length;) {
    const end = at + frameHeadBytes + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    frames.push({
      type: bytes[at + 3] ?? 0,
      flags: bytes[at + 4] ?? 0,
      streamId: readUint32(bytes, at + 5) & 0x7fff_ffff,
      payload: bytes.subarray(at + frameHeadBytes, end),
    });
    at = end;
  }
  return frames;
}
