import { Buffer } from "node:buffer";
import { Cursor } from "../../wire/cursor.ts";
import { WireType } from "../../wire/wire-type.ts";
import type { FieldSchema, MessageSchema } from "../schema.ts";
import { wireTypes } from "../validation-table.ts";
import { textOf } from "../views/text.ts";
import { formatInt64 } from "./int64.ts";

type Draft = Record<string, unknown>;

/** Makes plain objects, ready for `JSON.stringify`, from valid wire bytes. */
export class MessageReader {
  readonly #bytes: Uint8Array;
  readonly #cursor: Cursor;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#cursor = new Cursor(bytes);
  }

  read(schema: MessageSchema, start: number, end: number): Draft {
    const object: Draft = {};
    this.#readInto(object, schema, start, end);
    return object;
  }

  #readInto(object: Draft, schema: MessageSchema, start: number, end: number): void {
    const cursor = this.#cursor;
    let pos = start;
    while (pos < end) {
      const tag = cursor.reset(this.#bytes, pos, end).readTag();
      const field = schema.byNumber.get(tag >>> 3);
      if (field === undefined) {
        cursor.skip(tag);
        pos = cursor.pos;
      } else pos = this.#readField(object, schema, field, tag & 7);
    }
    // Objects outside of oneofs are always there, if only as {}.
    for (const { jsonName, kind, repeated, oneof } of schema.fields) {
      if (kind === "message" && !repeated && oneof === "") object[jsonName] ??= {};
    }
  }

  /** Reads the value at the cursor; answers where it ends. */
  #readField(object: Draft, schema: MessageSchema, field: FieldSchema, wireType: number): number {
    const cursor = this.#cursor;
    const { jsonName, oneof, repeated, message } = field;
    if (oneof !== "") {
      // The last member given is the value, and what came before of it is gone.
      for (const other of schema.fields) if (other.oneof === oneof) remove(object, other.jsonName);
    }
    if (message !== undefined) {
      const length = cursor.readLength();
      const start = cursor.pos;
      const child = repeated ? {} : ((object[jsonName] ?? {}) as Draft);
      this.#readInto(child, message, start, start + length);
      if (repeated) listAt(object, jsonName).push(child);
      else object[jsonName] = child;
      return start + length;
    }
    if (repeated) {
      const values = listAt(object, jsonName);
      if (wireType === WireType.lengthDelimited && wireTypes[field.kind] !== WireType.lengthDelimited) {
        const end = cursor.readLength() + cursor.pos;
        while (cursor.pos < end) values.push(this.#readScalar(field));
        if (values.length === 0) delete object[jsonName];
      } else values.push(this.#readScalar(field));
      return cursor.pos;
    }
    const value = this.#readScalar(field);
    if (oneof === "" && !field.optional && isDefault(value)) remove(object, jsonName);
    else object[jsonName] = value;
    return cursor.pos;
  }

  #readScalar(field: FieldSchema): unknown {
    const cursor = this.#cursor;
    switch (field.kind) {
      case "bool":
        cursor.readVarint64();
        return (cursor.lo | cursor.hi) !== 0;
      case "enum":
      case "int32":
        return cursor.readVarint32() | 0;
      case "sint32": {
        const value = cursor.readVarint32();
        return (value >>> 1) ^ -(value & 1);
      }
      case "uint32":
        return cursor.readVarint32();
      case "fixed32":
        return cursor.readFixed32();
      case "int64":
      case "uint64":
        cursor.readVarint64();
        return formatInt64(cursor.lo, cursor.hi, field.kind === "int64");
      case "fixed64":
      case "sfixed64":
        cursor.readFixed64();
        return formatInt64(cursor.lo, cursor.hi, field.kind === "sfixed64");
      case "double":
        return jsonDouble(cursor.readDouble());
      default:
        return this.#readDelimited(field);
    }
  }

  #readDelimited(field: FieldSchema): string {
    const length = this.#cursor.readLength();
    const start = this.#cursor.pos;
    const end = (this.#cursor.pos = start + length);
    if (field.kind === "string") return textOf(this.#bytes, start, end);
    const bytes = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, length);
    return bytes.toString(field.kind === "bytes" ? "base64" : "hex");
  }
}

/** `delete` makes an object slow even when there is nothing to delete. */
function remove(object: Draft, name: string): void {
  if (object[name] !== undefined) delete object[name];
}

function listAt(object: Draft, name: string): unknown[] {
  // Only this class puts values there, and of a repeated field only lists.
  return (object[name] ??= []) as unknown[];
}

/** What JSON has no number for becomes a string, negative zero too: `JSON.stringify` drops its sign. */
function jsonDouble(value: number): number | string {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return Object.is(value, -0) ? "-0" : String(value);
}

function isDefault(value: unknown): boolean {
  return value === 0 || value === "" || value === false || value === "0";
}
