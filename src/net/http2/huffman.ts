import { ConnectionError, ErrorCode, byteAt } from "./frame.ts";

/**
 * Bits of the code of each byte (RFC 7541, appendix B), sixteen to a line. The code is canonical: codes of one length are
 * numbered in the order of their bytes, and longer ones go on where shorter ones end, so that lengths say it all.
 */
const codeLengths = [
  [13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28],
  [28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28],
  [6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6],
  [5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10],
  [13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7],
  [7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6],
  [15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5],
  [6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28],
  [20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23],
  [24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24],
  [22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23],
  [21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23],
  [26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25],
  [19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27],
  [20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23],
  [26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26],
].flat();

const endOfString = 256;
const longestCode = 30;

/** A binary tree in an array: the two children of node n at 2n and 2n+1; a leaf is -1 minus its byte. */
let tree: Int16Array | undefined;

function buildTree(): Int16Array {
  const nodes: number[] = [0, 0];
  let code = 0;
  for (let length = 1; length <= longestCode; length++) {
    code <<= 1;
    for (let symbol = 0; symbol <= endOfString; symbol++) {
      if ((codeLengths[symbol] ?? longestCode) === length) addLeaf(nodes, code++, length, symbol);
    }
  }
  return Int16Array.from(nodes);
}

function addLeaf(nodes: number[], code: number, length: number, symbol: number): void {
  let node = 0;
  for (let bit = length - 1; bit > 0; bit--) {
    const slot = 2 * node + ((code >> bit) & 1);
    if (nodes[slot] === 0) {
      nodes[slot] = nodes.length / 2;
      nodes.push(0, 0);
    }
    node = nodes[slot] ?? 0;
  }
  nodes[2 * node + (code & 1)] = -1 - symbol;
}

// The shortest code has 5 bits, so this holds what 4 KiB of input become; a longer string gets room of its own.
const scratch = Buffer.allocUnsafeSlow(8192);

/** Decodes a string, each byte as one character. Throws `ConnectionError`. */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string {
  tree ??= buildTree();
  const needed = Math.ceil(((end - start) * 8) / 5);
  const output = needed <= scratch.length ? scratch : Buffer.allocUnsafeSlow(needed);
  let written = 0;
  let node = 0;
  let depth = 0;
  let isPadding = true;
  for (let at = start; at < end; at++) {
    const byte = byteAt(bytes, at);
    for (let bit = 7; bit >= 0; bit--) {
      const one = (byte >> bit) & 1;
      const next = tree[2 * node + one] as number;
      if (next >= 0) {
        node = next;
        depth++;
        if (one === 0) isPadding = false;
        continue;
      }
      if (next === -1 - endOfString) throw invalid("the end-of-string symbol inside a string");
      output[written++] = -1 - next;
      node = 0;
      depth = 0;
      isPadding = true;
    }
  }
  // What is left is the begin of the end-of-string code, which is all ones, and shorter than a byte.
  if (depth > 7 || !isPadding) throw invalid("wrong padding of a string");
  return output.toString("latin1", 0, written);
}

function invalid(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.compression, `header compression: ${what}`);
}
