/** What is wrong with the bytes; a closed list, so that callers may count by it. */
export type WireErrorCode =
  | "truncated"
  | "varint_too_long"
  | "illegal_tag"
  | "illegal_wire_type"
  | "unexpected_wire_type"
  | "unbalanced_group"
  | "too_deep"
  | "invalid_utf8"
  | "invalid_id_length"
  | "invalid_packed_length";

/** Bytes that are not the protobuf message they should be. `offset` is where, in bytes from the start of the buffer. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: WireErrorCode;
  readonly offset: number;

  constructor(code: WireErrorCode, offset: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.offset = offset;
  }
}
