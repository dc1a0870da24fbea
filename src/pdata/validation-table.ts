import { WireType } from "../wire/wire-type.ts";
import { itemMessages, messageNamed, messages, type FieldKind, type FieldSchema } from "./schema.ts";

/** What validation does with a field. The order matters: from `bytes` on a length comes first, from `message` on a message. */
export const Action = {
  /** Not a known field in its usual wire type: unknown, packed, or wrong. */
  other: 0,
  varint: 1,
  fixed64: 2,
  fixed32: 3,
  bytes: 4,
  text: 5,
  traceId: 6,
  spanId: 7,
  message: 8,
  /** A message that holds data points and belongs to a oneof: the last one given replaces those before. */
  oneofMessage: 9,
  /** A `KeyValue`, which may be checked as a whole. */
  attribute: 10,
} as const;

export const wireTypes: Readonly<Record<FieldKind, WireType>> = {
  bool: WireType.varint,
  int32: WireType.varint,
  sint32: WireType.varint,
  uint32: WireType.varint,
  int64: WireType.varint,
  uint64: WireType.varint,
  enum: WireType.varint,
  fixed32: WireType.fixed32,
  fixed64: WireType.fixed64,
  sfixed64: WireType.fixed64,
  double: WireType.fixed64,
  string: WireType.lengthDelimited,
  bytes: WireType.lengthDelimited,
  trace_id: WireType.lengthDelimited,
  span_id: WireType.lengthDelimited,
  message: WireType.lengthDelimited,
};

/**
 * `child message << 4 | action` by message and tag, at `message << 9 | tag`, so that one load tells whether a field is
 * known, has the right wire type, and what to do with it. OTLP's field numbers stay below 32 and tags below 256; those
 * from 128 on, which take two bytes, lie `wideTags` further on, so that their first byte alone finds nothing.
 */
export const actionTable = new Uint16Array(messages.length << 9);
export const wideTags = 0x100;

/** 1 for messages that are an item. */
export const itemWeights = new Uint8Array(messages.length);

const metric = messageNamed("Metric");
const keyValue = messageNamed("KeyValue");
for (const schema of messages) {
  for (const field of schema.fields) {
    const tag = (field.number << 3) | wireTypes[field.kind];
    if (tag > 0xff) throw new RangeError(`Cannot tabulate ${schema.name}.${field.name}: field numbers end at 31`);
    const child = field.message?.index ?? 0;
    actionTable[(schema.index << 9) | (tag < 0x80 ? 0 : wideTags) | tag] =
      (child << 4) | actionOf(field, schema === metric);
  }
}
for (const schema of itemMessages) itemWeights[schema.index] = 1;

function actionOf(field: FieldSchema, inMetric: boolean): number {
  if (field.message === keyValue) return Action.attribute;
  if (field.kind === "message") return inMetric && field.oneof !== "" ? Action.oneofMessage : Action.message;
  if (field.kind === "string") return Action.text;
  if (field.kind === "trace_id") return Action.traceId;
  if (field.kind === "span_id") return Action.spanId;
  switch (wireTypes[field.kind]) {
    case WireType.varint:
      return Action.varint;
    case WireType.fixed64:
      return Action.fixed64;
    case WireType.fixed32:
      return Action.fixed32;
    default:
      return Action.bytes;
  }
}
