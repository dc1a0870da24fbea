import { AnyValueView, KeyValueView } from "../pdata/views/index.ts";
import { appendBase64 } from "./append-base64.ts";
import { appendJavaScript } from "./append-double.ts";
import { appendInt64 } from "./append-integer.ts";
import { appendJsonString, type JsonEscapes } from "./append-json-string.ts";
import { compareRanges } from "./compare-ranges.ts";
import type { TextBuffer } from "./text-buffer.ts";

const comma = 44;
const quote = 34;

/** Where the JSON of two versions of upstream differs. */
export interface JsonDialect {
  readonly escapes: JsonEscapes;
  /** Text in place of a list or map inside a list; `undefined` writes it as it is. */
  readonly nestedInList: string | undefined;
  /** Empty bytes are `null`, else `""`. */
  readonly emptyBytesAreNull: boolean;
}

/** One level of nesting: its views stay where they are while deeper levels are written. */
class Level {
  readonly value = new AnyValueView();
  readonly entry = new KeyValueView();
}

/**
 * Writes list and map values as compact JSON: keys of a map in byte order, of equal keys the last one, bytes in base64.
 * A value that holds NaN or an infinity has no JSON: nothing is written, as upstream does.
 */
export class JsonValueWriter {
  readonly #dialect: JsonDialect;
  readonly #levels: Level[] = [];
  #depth = 0;

  constructor(dialect: JsonDialect) {
    this.#dialect = dialect;
  }

  write(out: TextBuffer, value: AnyValueView): void {
    const start = out.length;
    this.#depth = 0;
    if (!this.#value(out, value)) out.truncate(start);
  }

  /** Answers whether the value has a JSON form. */
  #value(out: TextBuffer, value: AnyValueView): boolean {
    switch (value.type) {
      case "empty":
        out.appendAscii("null");
        return true;
      case "string":
        out.appendByte(quote);
        appendJsonString(out, value.bytes, value.start, value.end, this.#dialect.escapes);
        out.appendByte(quote);
        return true;
      case "bool":
        out.appendAscii(value.bool ? "true" : "false");
        return true;
      case "int":
        appendInt64(out, value.intLo, value.intHi);
        return true;
      case "double":
        if (!Number.isFinite(value.double)) return false;
        appendJavaScript(out, value.double);
        return true;
      case "bytes":
        this.#bytes(out, value);
        return true;
      case "array":
        return this.#list(out, value);
      case "map":
        return this.#map(out, value);
    }
  }

  #bytes(out: TextBuffer, value: AnyValueView): void {
    if (value.start === value.end && this.#dialect.emptyBytesAreNull) return out.appendAscii("null");
    out.appendByte(quote);
    appendBase64(out, value.bytes, value.start, value.end);
    out.appendByte(quote);
  }

  #list(out: TextBuffer, list: AnyValueView): boolean {
    const { value } = this.#enter();
    const { parts } = list;
    const { nestedInList } = this.#dialect;
    out.appendByte(91);
    for (let index = 0; index < parts.length; index++) {
      if (index > 0) out.appendByte(comma);
      value.at(list.bytes, parts.start(index), parts.end(index));
      if (nestedInList !== undefined && (value.type === "array" || value.type === "map")) {
        out.appendAscii(nestedInList);
      } else if (!this.#value(out, value)) return false;
    }
    out.appendByte(93);
    this.#depth--;
    return true;
  }

  #map(out: TextBuffer, map: AnyValueView): boolean {
    const { entry } = this.#enter();
    const { bytes, parts } = map;
    const order = sortedEntries(map, entry);
    let first = true;
    out.appendByte(123);
    for (const [place, { index, keyStart, keyEnd }] of order.entries()) {
      const next = order[place + 1];
      if (next !== undefined && compareRanges(bytes, keyStart, keyEnd, next.keyStart, next.keyEnd) === 0) continue;
      if (!first) out.appendByte(comma);
      first = false;
      out.appendByte(quote);
      appendJsonString(out, bytes, keyStart, keyEnd, this.#dialect.escapes);
      out.appendByte(quote);
      out.appendByte(58);
      entry.at(bytes, parts.start(index), parts.end(index));
      if (!this.#value(out, entry.value)) return false;
    }
    out.appendByte(125);
    this.#depth--;
    return true;
  }

  #enter(): Level {
    return (this.#levels[this.#depth++] ??= new Level());
  }
}

interface Entry {
  readonly index: number;
  readonly keyStart: number;
  readonly keyEnd: number;
}

/** Entries of a map value in byte order of their keys; equal keys keep their order. Moves `entry` over all of them. */
export function sortedEntries(map: AnyValueView, entry: KeyValueView): readonly Entry[] {
  const { bytes, parts } = map;
  const entries: Entry[] = [];
  for (let index = 0; index < parts.length; index++) {
    const { keyStart, keyEnd } = entry.at(bytes, parts.start(index), parts.end(index));
    entries.push({ index, keyStart, keyEnd });
  }
  return entries.toSorted((a, b) => compareRanges(bytes, a.keyStart, a.keyEnd, b.keyStart, b.keyEnd));
}
