import type { Writer } from "../../wire/writer.ts";
import type { FieldKind, FieldSchema } from "../schema.ts";
import { int64, parseInt64, setInt64 } from "./int64.ts";
import { expected, JsonFieldError } from "./json-error.ts";

/** A number that `JSON.parse` may have rounded: the document must be parsed again with exact integers. */
export class InexactNumber extends Error {
  override readonly name = "InexactNumber";
}

/**
 * Writes a number, boolean or enum without its tag. Integers may be numbers or decimal strings; doubles also `"NaN"`,
 * `"Infinity"` and `"-Infinity"`; enums also the names of their values. With `exact`, unsafe integers come as bigints.
 * Throws `JsonFieldError` and, unless `exact`, `InexactNumber`.
 */
export function writeNumber(writer: Writer, field: FieldSchema, value: unknown, exact: boolean): void {
  const { kind } = field;
  if (kind === "double") {
    writer.writeDouble(doubleOf(value));
    return;
  }
  if (kind === "bool") {
    if (typeof value !== "boolean") throw expected("boolean", value);
    writer.writeVarint32(value ? 1 : 0);
    return;
  }
  if (kind === "enum" && typeof value === "string") {
    writer.writeVarint32(enumNumber(field, value));
    return;
  }
  readInteger(kind, value, exact);
  const { lo, hi } = int64;
  if (kind === "fixed64" || kind === "sfixed64") writer.writeFixed64(lo, hi);
  else if (kind === "fixed32") writer.writeFixed32(lo);
  else if (kind === "sint32") writer.writeVarint32((lo << 1) ^ ((lo | 0) >> 31));
  // Negative 32-bit integers take ten bytes like 64-bit ones.
  else writer.writeVarint64(lo, hi);
}

function readInteger(kind: FieldKind, value: unknown, exact: boolean): void {
  const signed = kind !== "uint32" && kind !== "uint64" && kind !== "fixed32" && kind !== "fixed64";
  const wide = kind === "int64" || kind === "uint64" || kind === "fixed64" || kind === "sfixed64";
  const valid = typeof value === "number" ? readJsonNumber(value, signed, exact) : parseInt64(textOf(value), signed);
  const { lo, hi } = int64;
  if (valid && (wide || hi === (signed ? ((lo | 0) >> 31) >>> 0 : 0))) return;
  throw new JsonFieldError(`${quote(value)}, ${signed ? "" : "unsigned "}${wide ? 64 : 32}-bit integer expected`);
}

function readJsonNumber(value: number, signed: boolean, exact: boolean): boolean {
  if (Number.isSafeInteger(value)) return setInt64(value, signed);
  if (!Number.isInteger(value)) return false;
  if (!exact) throw new InexactNumber();
  // Written with an exponent, such as 1.5e19.
  return parseInt64(String(BigInt(value)), signed);
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint") return String(value);
  throw expected("integer", value);
}

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

function doubleOf(value: unknown): number {
  if (value === "NaN") return NaN;
  if (value === "Infinity") return Infinity;
  if (value === "-Infinity") return -Infinity;
  if (typeof value === "string" && !decimal.test(value)) throw new JsonFieldError(`${quote(value)}, number expected`);
  if (typeof value !== "number" && typeof value !== "string" && typeof value !== "bigint") {
    throw expected("number", value);
  }
  const double = Number(value);
  if (!Number.isFinite(double)) throw new JsonFieldError("number beyond the range of a double");
  return double;
}

function enumNumber(field: FieldSchema, name: string): number {
  const values = field.enumValues ?? {};
  if (Object.hasOwn(values, name)) return values[name] as number;
  throw new JsonFieldError(`${quote(name)}, a number or a name such as ${Object.keys(values)[0]} expected`);
}

/** What was sent, short enough for a message. */
function quote(value: unknown): string {
  if (typeof value !== "string") return String(value);
  return value.length > 40 ? JSON.stringify(`${value.slice(0, 40)}…`) : JSON.stringify(value);
}
