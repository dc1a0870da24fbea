// Just enough of HPACK (RFC 7541). Our own headers are the same for each request: the first request of a connection puts
// them into the peer's table, the others refer to them, as a real client's do. Answers are not decoded: we announce a table
// of size 0, so the status stands literally in the block, in one of two spellings.

const literal = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, "latin1")]);
const indexedMethodPost = 0x83;
const indexedSchemeHttp = 0x86;
const pathWithoutIndexing = 0x04;
const newNameWithIndexing = 0x40;
const firstDynamicIndex = 62;

export interface HeaderBlocks {
  readonly first: Buffer;
  readonly later: Buffer;
}

/** Blocks of a request to `path`. Every path of a connection must come with the same `headers`, in the same order. */
export function headerBlocks(path: string, headers: readonly (readonly [string, string])[]): HeaderBlocks {
  const head = [Buffer.from([indexedMethodPost, indexedSchemeHttp, pathWithoutIndexing]), literal(path)];
  const added = headers.flatMap(([name, value]) => [Buffer.from([newNameWithIndexing]), literal(name), literal(value)]);
  // The table's newest entry is the first.
  const indexes = headers.map((_, index) => 0x80 | (firstDynamicIndex + headers.length - 1 - index));
  return { first: Buffer.concat([...head, ...added]), later: Buffer.concat([...head, Buffer.from(indexes)]) };
}

const plainName = literal("grpc-status");
/** The same in HPACK's Huffman code, with its length. */
const codedName = Buffer.from([0x88, ...Buffer.from("9acac8b21234da8f", "hex")]);
/** Digits in that code: value and number of bits. */
const codedDigit = (digit: number): readonly [number, number] => (digit < 3 ? [digit, 5] : [0x19 + digit - 3, 6]);

function codedNumber(code: number): Buffer {
  let bits = 0;
  let length = 0;
  for (const digit of String(code)) {
    const [value, width] = codedDigit(Number(digit));
    bits = (bits << width) | value;
    length += width;
  }
  const bytes = Math.ceil(length / 8);
  const padding = bytes * 8 - length;
  const padded = (bits << padding) | ((1 << padding) - 1);
  return bytes === 1 ? Buffer.from([0x81, padded]) : Buffer.from([0x82, padded >> 8, padded & 0xff]);
}

const statuses = Array.from({ length: 17 }, (_, code) => ({ plain: literal(String(code)), coded: codedNumber(code) }));
const startsWith = (bytes: Buffer, at: number, part: Buffer): boolean =>
  bytes.length - at >= part.length && bytes.compare(part, 0, part.length, at, at + part.length) === 0;

/** The code of `grpc-status` in an answer's header block; `undefined` if there is none. */
export function grpcStatusOf(block: Buffer): number | undefined {
  for (const name of [codedName, plainName]) {
    const found = block.indexOf(name);
    if (found < 0) continue;
    const at = found + name.length;
    const code = statuses.findIndex(({ plain, coded }) => startsWith(block, at, coded) || startsWith(block, at, plain));
    if (code >= 0) return code;
  }
  return undefined;
}
