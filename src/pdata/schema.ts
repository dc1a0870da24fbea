import { enumRows, messageRows } from "./schema.generated.ts";
import type { Signal } from "./signal.ts";

/**
 * How a field's value is read. `trace_id` and `span_id` are bytes of a fixed length (or empty); `message` has a child
 * table; `enum` is a varint with names.
 */
export type FieldKind =
  | "bool"
  | "int32"
  | "sint32"
  | "uint32"
  | "int64"
  | "uint64"
  | "fixed32"
  | "fixed64"
  | "sfixed64"
  | "double"
  | "string"
  | "bytes"
  | "trace_id"
  | "span_id"
  | "enum"
  | "message";

export interface FieldSchema {
  readonly number: number;
  /** As in the proto files: `trace_id`. */
  readonly name: string;
  /** As in OTLP/JSON: `traceId`. */
  readonly jsonName: string;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  readonly message: MessageSchema | undefined;
  readonly enumValues: Readonly<Record<string, number>> | undefined;
  /** Name of the oneof that this field belongs to; empty if none. */
  readonly oneof: string;
  /** Marked `optional`: a zero that was sent differs from none. */
  readonly optional: boolean;
}

export interface MessageSchema {
  readonly index: number;
  /** Full protobuf name. */
  readonly name: string;
  readonly fields: readonly FieldSchema[];
  readonly byNumber: ReadonlyMap<number, FieldSchema>;
  /** By `name` and by `jsonName`. */
  readonly byName: ReadonlyMap<string, FieldSchema>;
}

interface Draft extends MessageSchema {
  readonly fields: FieldSchema[];
  readonly byNumber: Map<number, FieldSchema>;
  readonly byName: Map<string, FieldSchema>;
}

const drafts: readonly Draft[] = messageRows.map(([name], index) => ({
  index,
  name,
  fields: [],
  byNumber: new Map(),
  byName: new Map(),
}));

for (const [index, [, rows]] of messageRows.entries()) {
  const draft = drafts[index];
  if (draft === undefined) continue;
  for (const [number, name, kind, repeated, child, oneof, optional] of rows) {
    const field: FieldSchema = {
      number,
      name,
      jsonName: name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      // The generator knows no other kinds.
      kind: kind as FieldKind,
      repeated,
      message: kind === "message" ? drafts[child] : undefined,
      enumValues: kind === "enum" ? enumRows[child]?.[1] : undefined,
      oneof,
      optional,
    };
    draft.fields.push(field);
    draft.byNumber.set(number, field);
    draft.byName.set(name, field).set(field.jsonName, field);
  }
}

/** Every message that an export request can hold, in the order of the generated table. */
export const messages: readonly MessageSchema[] = drafts;

export function messageNamed(shortName: string): MessageSchema {
  const found = messages.find((message) => message.name.endsWith(`.${shortName}`));
  if (found === undefined) throw new Error(`Cannot find message ${shortName} in the schema`);
  return found;
}

/** The request message of each signal, from which everything below is reached. */
export const requestSchemas: Readonly<Record<Signal, MessageSchema>> = {
  traces: messageNamed("ExportTraceServiceRequest"),
  metrics: messageNamed("ExportMetricsServiceRequest"),
  logs: messageNamed("ExportLogsServiceRequest"),
};

/** Messages that count as one item. */
export const itemMessages: readonly MessageSchema[] = [
  "Span",
  "LogRecord",
  "NumberDataPoint",
  "HistogramDataPoint",
  "ExponentialHistogramDataPoint",
  "SummaryDataPoint",
].map(messageNamed);
