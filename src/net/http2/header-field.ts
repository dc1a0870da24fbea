/** What a field means to us; told once, when the field enters a table, and not with every request that repeats it. */
export const FieldKind = {
  other: 0,
  invalid: 1,
  method: 2,
  scheme: 3,
  authority: 4,
  path: 5,
  contentType: 6,
  contentLength: 7,
  grpcTimeout: 8,
  grpcEncoding: 9,
} as const;

/** One header field; immutable. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
  readonly kind: number;
  /** As tables and limits count it (RFC 7541, section 4.1). */
  readonly size: number;
}

const kinds: ReadonlyMap<string, number> = new Map([
  [":method", FieldKind.method],
  [":scheme", FieldKind.scheme],
  [":authority", FieldKind.authority],
  [":path", FieldKind.path],
  ["content-type", FieldKind.contentType],
  ["content-length", FieldKind.contentLength],
  ["grpc-timeout", FieldKind.grpcTimeout],
  ["grpc-encoding", FieldKind.grpcEncoding],
  // Of the connection, which HTTP/2 has other means for (RFC 9113, section 8.2.2).
  ["connection", FieldKind.invalid],
  ["keep-alive", FieldKind.invalid],
  ["proxy-connection", FieldKind.invalid],
  ["transfer-encoding", FieldKind.invalid],
  ["upgrade", FieldKind.invalid],
]);

const validName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
// Blanks around a value are against the rules as well, but harmless, and clients do send them.
// oxlint-disable-next-line no-control-regex
const invalidValue = /[\0\r\n]/;

export function headerField(name: string, value: string): HeaderField {
  return { name, value, kind: kindOf(name, value), size: name.length + value.length + 32 };
}

function kindOf(name: string, value: string): number {
  if (invalidValue.test(value)) return FieldKind.invalid;
  const known = kinds.get(name);
  if (known !== undefined) return known;
  if (name === "te" && value !== "trailers") return FieldKind.invalid;
  // Any other name with a colon is a pseudo-header that requests do not have.
  return validName.test(name) ? FieldKind.other : FieldKind.invalid;
}
