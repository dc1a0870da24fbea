import { Flag, FrameType, frameHeadBytes, writeFrameHead, writeUint32 } from "./http2/frame.ts";
import { encodeHeaders, type ResponseField } from "./http2/hpack-encode.ts";
import type { UnaryAnswer } from "./http2/sender.ts";
import { encodeRetryInfo, encodeRpcStatus, type RpcStatus } from "./rpc-status.ts";

const headBlock = encodeHeaders([
  [":status", "200"],
  ["content-type", "application/grpc"],
]);
const okTrailers = encodeHeaders([["grpc-status", "0"]]);

/** Bytes before each message: whether it is compressed, and its length. */
export const messageHeadBytes = 5;

/** The frames of an answer with status OK. `message` must not change any more. */
export function successAnswer(message: Uint8Array): UnaryAnswer {
  const body = new Uint8Array(messageHeadBytes + message.length);
  writeUint32(body, 1, message.length);
  body.set(message, messageHeadBytes);
  const frames = new Uint8Array(3 * frameHeadBytes + headBlock.length + body.length + okTrailers.length);
  const heads: number[] = [];
  let at = 0;
  const append = (type: number, flags: number, payload: Uint8Array): void => {
    heads.push(at);
    writeFrameHead(frames, at, payload.length, type, flags, 0);
    frames.set(payload, at + frameHeadBytes);
    at += frameHeadBytes + payload.length;
  };
  append(FrameType.headers, Flag.endHeaders, headBlock);
  append(FrameType.data, 0, body);
  append(FrameType.headers, Flag.endHeaders | Flag.endStream, okTrailers);
  return { frames, heads, parts: [headBlock, body, okTrailers] };
}

/** Header block of an answer that has only a status. */
export function failureBlock(status: RpcStatus, more: readonly ResponseField[] = []): Uint8Array {
  return encodeHeaders([
    [":status", "200"],
    ["content-type", "application/grpc"],
    ["grpc-status", String(status.code)],
    ["grpc-message", percentEncoded(clipped(status.message))],
    ...retryFields(status),
    ...more,
  ]);
}

/**
 * RetryInfo in both places where clients look: most read `grpc-status-details-bin`, the Python SDK only
 * `google.rpc.retryinfo-bin`.
 */
function retryFields(status: RpcStatus): readonly ResponseField[] {
  if (status.retryDelayMs === undefined) return [];
  return [
    ["grpc-status-details-bin", base64(encodeRpcStatus(status))],
    ["google.rpc.retryinfo-bin", base64(encodeRetryInfo(status.retryDelayMs))],
  ];
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}

/** Headers have little room. */
function clipped(text: string): string {
  return text.length <= 1024 ? text : `${text.slice(0, 1024)}...`;
}

/** As gRPC wants it: UTF-8, of which what is not printable ASCII, and the sign itself, is escaped. */
export function percentEncoded(text: string): string {
  if (/^[ -$&-~]*$/.test(text)) return text;
  let encoded = "";
  for (const byte of Buffer.from(text)) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x25;
    encoded += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}
