import { AnyValueView, KeyValueView, type ValueType } from "../../pdata/views/index.ts";
import { appendBase64 } from "../../text/append-base64.ts";
import { appendPlain } from "../../text/append-double.ts";
import { appendInt64 } from "../../text/append-integer.ts";
import { createJsonEscapes } from "../../text/append-json-string.ts";
import { JsonValueWriter, sortedEntries } from "../../text/json-value-writer.ts";
import type { TextBuffer } from "../../text/text-buffer.ts";

const newline = 10;
const openBracket = 91;
const closeBracket = 93;
const closeBrace = 125;
const trueText = Buffer.from("true");
const falseText = Buffer.from("false");
const comma = Buffer.from(", ");
const openMap = Buffer.from("{\n");
const arrow = Buffer.from("     -> ");
const separator = Buffer.from(": ");
const closing = Buffer.from(")");

const openings: Readonly<Record<ValueType, Uint8Array>> = {
  empty: Buffer.from("EMPTY("),
  string: Buffer.from("STRING("),
  bool: Buffer.from("BOOL("),
  int: Buffer.from("INT("),
  double: Buffer.from("DOUBLE("),
  array: Buffer.from("ARRAY("),
  map: Buffer.from("MAP("),
  bytes: Buffer.from("BYTES("),
};
const unknownBytes = Buffer.from('<Unknown OpenTelemetry attribute value type "BYTES">');
const unknownEmpty = Buffer.from('<Unknown OpenTelemetry attribute value type "EMPTY">');

/** One level of nesting: its views stay where they are while deeper levels are written. */
class Level {
  readonly value = new AnyValueView();
  readonly entry = new KeyValueView();
}

/** Writes attribute values and log bodies as upstream 0.45 did. */
export class ValueWriter {
  readonly #json = new JsonValueWriter({
    escapes: createJsonEscapes({ html: true, short: false }),
    nestedInList: '"\\u003cInvalid array value\\u003e"',
    emptyBytesAreNull: false,
  });
  readonly #levels: Level[] = [];

  /** `STRING(value)`: the value with its type. */
  appendTyped(out: TextBuffer, value: AnyValueView): void {
    out.appendBytes(openings[value.type]);
    this.append(out, value);
    out.appendBytes(closing);
  }

  append(out: TextBuffer, value: AnyValueView): void {
    this.#value(out, value, 0);
  }

  #value(out: TextBuffer, value: AnyValueView, depth: number): void {
    switch (value.type) {
      case "array":
        return this.#list(out, value, depth);
      case "map":
        return this.#map(out, value, depth);
      case "bytes":
        return out.appendBytes(unknownBytes);
      case "empty":
        return out.appendBytes(unknownEmpty);
      default:
        return this.#asString(out, value);
    }
  }

  /** Values inside a map: nested ones are JSON, and bytes and missing values are known there. */
  #asString(out: TextBuffer, value: AnyValueView): void {
    switch (value.type) {
      case "string":
        return out.appendRange(value.bytes, value.start, value.end);
      case "int":
        return appendInt64(out, value.intLo, value.intHi);
      case "bool":
        return out.appendBytes(value.bool ? trueText : falseText);
      case "double":
        return appendPlain(out, value.double);
      case "bytes":
        return appendBase64(out, value.bytes, value.start, value.end);
      case "array":
      case "map":
        return this.#json.write(out, value);
      case "empty":
    }
  }

  #list(out: TextBuffer, list: AnyValueView, depth: number): void {
    const { value } = this.#level(depth);
    const { parts } = list;
    out.appendByte(openBracket);
    for (let index = 0; index < parts.length; index++) {
      if (index > 0) out.appendBytes(comma);
      this.#value(out, value.at(list.bytes, parts.start(index), parts.end(index)), depth + 1);
    }
    out.appendByte(closeBracket);
  }

  #map(out: TextBuffer, map: AnyValueView, depth: number): void {
    const { entry } = this.#level(depth);
    const { bytes, parts } = map;
    out.appendBytes(openMap);
    for (const { index, keyStart, keyEnd } of sortedEntries(map, entry)) {
      const { value } = entry.at(bytes, parts.start(index), parts.end(index));
      out.appendBytes(arrow);
      out.appendRange(bytes, keyStart, keyEnd);
      out.appendBytes(separator);
      out.appendBytes(openings[value.type]);
      this.#asString(out, value);
      out.appendBytes(closing);
      out.appendByte(newline);
    }
    out.appendByte(closeBrace);
  }

  #level(depth: number): Level {
    return (this.#levels[depth] ??= new Level());
  }
}
