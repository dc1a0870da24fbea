import { Buffer } from "node:buffer";
import { AnyValueView, KeyValueView } from "../../../pdata/views/index.ts";
import { int64Text, shortestText } from "./number-text.ts";
import { readText } from "./text.ts";

/**
 * An attribute's value as text, as upstream writes it: numbers in shortest form, bytes in base64, lists and maps as JSON
 * with sorted keys and escaped angle brackets. A value that is not set is empty.
 */
export function attributeText(value: AnyValueView): string {
  switch (value.type) {
    case "empty":
      return "";
    case "string":
      return readText(value.bytes, value.start, value.end);
    case "bool":
      return value.bool ? "true" : "false";
    case "int":
      return int64Text(value.intLo, value.intHi);
    case "double":
      return Number.isFinite(value.double)
        ? shortestText(value.double)
        : `json: unsupported value: ${infinityText(value.double)}`;
    case "bytes":
      return base64(value);
    case "array":
    case "map":
      return jsonText(value);
  }
}

function jsonText(value: AnyValueView): string {
  switch (value.type) {
    case "empty":
      return "null";
    case "bool":
    case "int":
      return attributeText(value);
    case "double":
      // JSON has no such numbers; a word keeps the rest of the list or map, which upstream loses.
      return Number.isFinite(value.double) ? shortestText(value.double) : `"${infinityText(value.double)}"`;
    case "bytes":
      return `"${base64(value)}"`;
    case "string":
      return jsonString(readText(value.bytes, value.start, value.end));
    case "array":
      return `[${partsOf(value, (start, end) => jsonText(new AnyValueView().at(value.bytes, start, end))).join(",")}]`;
    case "map":
      return mapText(value);
  }
}

function mapText(value: AnyValueView): string {
  const entries = new Map<string, string>();
  const pairs = partsOf(value, (start, end) => new KeyValueView().at(value.bytes, start, end));
  for (const pair of pairs) entries.set(readText(pair.bytes, pair.keyStart, pair.keyEnd), jsonText(pair.value));
  const sorted = [...entries].toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${sorted.map(([key, text]) => `${jsonString(key)}:${text}`).join(",")}}`;
}

function partsOf<T>(value: AnyValueView, read: (start: number, end: number) => T): T[] {
  const result: T[] = [];
  for (let index = 0; index < value.parts.length; index++) {
    result.push(read(value.parts.start(index), value.parts.end(index)));
  }
  return result;
}

/** A JSON string as Go's encoder writes it. */
function jsonString(text: string): string {
  return JSON.stringify(text)
    .replaceAll(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replaceAll(/\\(\\|b|f)/g, (escape) => (escape === "\\b" ? "\\u0008" : escape === "\\f" ? "\\u000c" : escape));
}

function base64(value: AnyValueView): string {
  return Buffer.from(value.bytes.buffer, value.bytes.byteOffset + value.start, value.end - value.start).toString(
    "base64",
  );
}

function infinityText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}
