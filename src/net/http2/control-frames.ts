import {
  byteAt,
  ConnectionError,
  defaultFrameBytes,
  ErrorCode,
  Flag,
  FrameType,
  maxFrameBytes,
  maxWindowBytes,
  readUint32,
  Setting,
  writeUint32,
} from "./frame.ts";

/** Frames of our peers; the larger, the fewer. */
export const receivedFrameBytes = 256 * 1024;
/** Size of a request's header fields, as sent and as decoded. */
export const maxHeaderBytes = 64 * 1024;
/** Padding and priority beside a header block. */
const headerExtraBytes = 256 + 5;

/** Throws `ConnectionError` about a frame that is longer than its kind may be. False for kinds that nobody knows. */
export function checkKind(type: number, length: number): boolean {
  if (length > receivedFrameBytes) throw wrongSize(`frame of ${length} bytes, limit is ${receivedFrameBytes}`);
  if (type === FrameType.data) return true;
  if (type > FrameType.continuation) return false;
  if (type === FrameType.pushPromise) throw broken("PUSH_PROMISE from a client");
  const isHeader = type === FrameType.headers || type === FrameType.continuation;
  if (isHeader && length > maxHeaderBytes + headerExtraBytes) throw headersTooLarge();
  if (!isHeader && length > defaultFrameBytes) throw wrongSize(`frame of type ${type} with ${length} bytes`);
  return true;
}

export function headersTooLarge(): ConnectionError {
  return new ConnectionError(ErrorCode.enhanceYourCalm, `header block of more than ${maxHeaderBytes} bytes`);
}

/** Where the header block of a HEADERS frame begins and ends, without padding and priority (RFC 9113, section 6.2). */
export function headersPayload(flags: number, bytes: Uint8Array, from: number, to: number): readonly [number, number] {
  let start = from;
  let end = to;
  if ((flags & Flag.padded) !== 0) {
    if (start === end) throw wrongSize("HEADERS without its padding's length");
    end -= byteAt(bytes, start++);
  }
  if ((flags & Flag.priority) !== 0) start += 5;
  if (start > end) throw broken("HEADERS with more padding than payload");
  return [start, end];
}

/** The payload of SETTINGS (section 6.5): calls back with each name and value, which are within their bounds. */
export function readSettings(
  bytes: Uint8Array,
  start: number,
  end: number,
  note: (name: number, value: number) => void,
): void {
  if ((end - start) % 6 !== 0) throw wrongSize("SETTINGS of a wrong length");
  for (let at = start; at < end; at += 6) {
    const name = (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1);
    const value = readUint32(bytes, at + 2);
    checkSetting(name, value);
    note(name, value);
  }
}

function checkSetting(name: number, value: number): void {
  switch (name) {
    case Setting.enablePush:
      if (value > 1) throw broken(`SETTINGS_ENABLE_PUSH of ${value}`);
      return;
    case Setting.initialWindowSize:
      if (value <= maxWindowBytes) return;
      throw new ConnectionError(ErrorCode.flowControl, `SETTINGS_INITIAL_WINDOW_SIZE of ${value}`);
    case Setting.maxFrameSize:
      if (value < defaultFrameBytes || value > maxFrameBytes) throw broken(`SETTINGS_MAX_FRAME_SIZE of ${value}`);
  }
}

export function settingsPayload(values: readonly (readonly [name: number, value: number])[]): Uint8Array {
  const payload = new Uint8Array(values.length * 6);
  for (const [index, [name, value]] of values.entries()) {
    payload[index * 6 + 1] = name;
    writeUint32(payload, index * 6 + 2, value);
  }
  return payload;
}

export function goAwayPayload(lastStreamId: number, code: number, text: string): Uint8Array {
  const payload = Buffer.alloc(8 + text.length);
  writeUint32(payload, 0, lastStreamId);
  writeUint32(payload, 4, code);
  payload.write(text, 8, "latin1");
  return payload;
}

/** Throws unless a payload has the size that its kind always has. */
export function checkSize(name: string, length: number, expected: number): void {
  if (length !== expected) throw wrongSize(`${name} with ${length} bytes instead of ${expected}`);
}

/** The peer broke a rule that nothing more special is said about. */
export function broken(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.protocol, what);
}

function wrongSize(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.frameSize, what);
}
