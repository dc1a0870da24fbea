import { itemMessages, messageNamed, requestSchemas, type MessageSchema } from "./schema.ts";
import type { Signal } from "./signal.ts";

/**
 * One step down from an export request to its items. All signals have the same first steps (request, resource group,
 * scope group, record); a span and a log record are items, a metric holds its items two steps further down.
 */
export interface Level {
  /** Bit `n` is set if field `n` holds the messages of the next level. The messages of the last level are items. */
  readonly children: number;
  /** Only the last of these fields counts: they form a oneof. */
  readonly lastChildOnly: boolean;
  /** Bit `n` is set if field `n` stays in one piece when the message is cut; the other fields are repeated in every piece. */
  readonly unrepeated: number;
}

/** How many levels lie above a record (span, metric, log record). */
export const recordDepth = 3;

/** Upstream repeats everything of a metric but its metadata, which goes with the last piece. */
const unrepeatedFields: ReadonlyMap<MessageSchema, readonly string[]> = new Map([
  [messageNamed("Metric"), ["metadata"]],
]);

/** The levels above the items of each signal, outermost first. */
export const recordPaths: Readonly<Record<Signal, readonly Level[]>> = {
  traces: levelsBelow(requestSchemas.traces),
  metrics: levelsBelow(requestSchemas.metrics),
  logs: levelsBelow(requestSchemas.logs),
};

function levelsBelow(schema: MessageSchema): readonly Level[] {
  if (itemMessages.includes(schema)) return [];
  const children = schema.fields.filter((field) => field.message !== undefined && holdsItems(field.message));
  const child = children[0]?.message;
  if (child === undefined) throw new Error(`Cannot find the items of ${schema.name}`);
  const level: Level = {
    children: maskOf(children.map((field) => field.number)),
    lastChildOnly: children.some((field) => field.oneof !== ""),
    unrepeated: maskOf((unrepeatedFields.get(schema) ?? []).map((name) => schema.byName.get(name)?.number ?? 0)),
  };
  // The data messages of a metric differ in their points, but all have them in the same place: one stands for all.
  return [level, ...levelsBelow(child)];
}

/** Values may nest in values, but items lie above them: a message seen before holds none. */
function holdsItems(schema: MessageSchema, above: readonly MessageSchema[] = []): boolean {
  if (itemMessages.includes(schema)) return true;
  if (above.includes(schema)) return false;
  return schema.fields.some(({ message }) => message !== undefined && holdsItems(message, [...above, schema]));
}

function maskOf(fieldNumbers: readonly number[]): number {
  return fieldNumbers.reduce((mask, fieldNumber) => mask | (1 << fieldNumber), 0);
}

/** Whether a mask of `Level` has the field of this tag; unknown fields of any number are in none. */
export function hasField(mask: number, tag: number): boolean {
  return tag < 0x100 && ((mask >>> (tag >>> 3)) & 1) === 1;
}
