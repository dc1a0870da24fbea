import { WireType } from "../../wire/wire-type.ts";
import { messages, type FieldKind, type MessageSchema } from "../schema.ts";
import { wireTypes } from "../validation-table.ts";

/** A field as the quick reader wants it. */
export interface QuickField {
  readonly kind: FieldKind;
  /** Number and wire type as one varint; below 0x4000 for every field of OTLP. */
  readonly tag: number;
  readonly repeated: boolean;
  /** A list of numbers, which goes into one field. */
  readonly packed: boolean;
  /** Bit of its own among the fields of its message; 0 if there are too many. */
  readonly bit: number;
  readonly message: QuickMessage | undefined;
  readonly enumValues: Readonly<Record<string, number>> | undefined;
}

export interface QuickKey {
  readonly bytes: Uint8Array;
  readonly field: QuickField;
  /** The key that came after it last time: clients write their fields in one order. */
  next: QuickKey | undefined;
}

/** The fields of a message by the bytes of their names. */
export class QuickMessage {
  /** Keys of one length together. */
  readonly #byLength: QuickKey[][] = [];
  /** The key that an object began with last time. */
  first: QuickKey | undefined;

  fill(schema: MessageSchema, messageAt: (index: number) => QuickMessage | undefined): void {
    for (const [index, field] of schema.fields.entries()) {
      const packed = field.repeated && wireTypes[field.kind] !== WireType.lengthDelimited;
      const quick: QuickField = {
        kind: field.kind,
        tag: (field.number << 3) | (packed ? WireType.lengthDelimited : wireTypes[field.kind]),
        repeated: field.repeated,
        packed,
        bit: index < 31 ? 1 << index : 0,
        message: field.message === undefined ? undefined : messageAt(field.message.index),
        enumValues: field.enumValues,
      };
      for (const name of new Set([field.jsonName, field.name])) {
        (this.#byLength[name.length] ??= []).push({ bytes: Buffer.from(name), field: quick, next: undefined });
      }
    }
  }

  /** The key that lies there. */
  find(text: Uint8Array, start: number, end: number): QuickKey | undefined {
    return this.#byLength[end - start]?.find((key) => isAt(text, start, key.bytes));
  }
}

/** Whether `bytes` lie there. */
export function isAt(text: Uint8Array, start: number, bytes: Uint8Array): boolean {
  if (start + bytes.length > text.length) return false;
  for (let index = 0; index < bytes.length; index++) if (text[start + index] !== bytes[index]) return false;
  return true;
}

let all: readonly QuickMessage[] | undefined;

/** Made with the first JSON request: most collectors never see one. */
export function quickMessage(schema: MessageSchema): QuickMessage | undefined {
  if (all === undefined) {
    const made = messages.map(() => new QuickMessage());
    for (const message of messages) made[message.index]?.fill(message, (index) => made[index]);
    all = made;
  }
  return all[schema.index];
}
