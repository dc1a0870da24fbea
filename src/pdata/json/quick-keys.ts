import { WireType } from "../../wire/wire-type.ts";
import { messageNamed, messages, type FieldKind, type FieldSchema, type MessageSchema } from "../schema.ts";
import { wireTypes } from "../validation-table.ts";
import type { QuickText } from "./quick-text.ts";

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
  /** A list of attributes. */
  readonly isAttributes: boolean;
  readonly enumValues: Readonly<Record<string, number>> | undefined;
  /** How many bytes the length of such a message took last time: room for as many is left the next time. */
  lengthBytes: number;
}

export interface QuickKey {
  /** The name in its quotes, as a document has it. */
  readonly name: DataView;
  readonly length: number;
  /** The first four bytes of it. */
  readonly head: number;
  readonly field: QuickField;
  /** The key that came after it last time: clients write their fields in one order. */
  next: QuickKey | undefined;
}

const keyValue = messageNamed("KeyValue");

/** The fields of a message by the bytes of their names. */
export class QuickMessage {
  readonly #keys: QuickKey[] = [];
  /** The key that an object began with last time. */
  first: QuickKey | undefined;

  fill(schema: MessageSchema, messageAt: (index: number) => QuickMessage | undefined): void {
    for (const [index, field] of schema.fields.entries()) {
      const quick = quickField(field, index, messageAt);
      for (const name of new Set([field.jsonName, field.name])) this.#keys.push(quickKey(name, quick));
    }
  }

  /** The key that lies there. */
  find(text: QuickText, at: number): QuickKey | undefined {
    if (at + 4 > text.length) return undefined;
    const head = text.view.getInt32(at, true);
    for (const key of this.#keys) if (key.head === head && isAt(text, at, key)) return key;
    return undefined;
  }
}

function quickField(
  field: FieldSchema,
  index: number,
  messageAt: (index: number) => QuickMessage | undefined,
): QuickField {
  const packed = field.repeated && wireTypes[field.kind] !== WireType.lengthDelimited;
  return {
    kind: field.kind,
    tag: (field.number << 3) | (packed ? WireType.lengthDelimited : wireTypes[field.kind]),
    repeated: field.repeated,
    packed,
    bit: index < 31 ? 1 << index : 0,
    message: field.message === undefined ? undefined : messageAt(field.message.index),
    isAttributes: field.repeated && field.message === keyValue,
    enumValues: field.enumValues,
    lengthBytes: 1,
  };
}

function quickKey(name: string, field: QuickField): QuickKey {
  const { buffer, byteOffset, length } = Buffer.from(`"${name}"`);
  const view = new DataView(buffer, byteOffset, length);
  return { name: view, length, head: view.getInt32(0, true), field, next: undefined };
}

/** Whether a key lies there: eight bytes at a time, the last ones again with the rest. No ASCII text is a NaN. */
export function isAt(text: QuickText, at: number, key: QuickKey): boolean {
  const { name, length } = key;
  const { view } = text;
  if (at + length > text.length) return false;
  if (length < 8) {
    return (
      view.getInt32(at, true) === key.head && view.getInt32(at + length - 4, true) === name.getInt32(length - 4, true)
    );
  }
  const last = length - 8;
  for (let index = 0; index < last; index += 8) {
    if (view.getFloat64(at + index, true) !== name.getFloat64(index, true)) return false;
  }
  return view.getFloat64(at + last, true) === name.getFloat64(last, true);
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
