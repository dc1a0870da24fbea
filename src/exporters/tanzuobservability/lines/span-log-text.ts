import { EventView, type RangeList } from "../../../pdata/views/index.ts";
import { readFields } from "./attributes.ts";
import { microsOf } from "./times.ts";
import { readText } from "./text.ts";

/** One log of a span. Field names and values are as they came; JSON holds any text. */
export interface SpanLog {
  readonly timeMicros: number;
  readonly fields: ReadonlyMap<string, string>;
}

const view = new EventView();

/** A span log per event: its attributes and, as `name`, its name. An attribute that is called `name` becomes `_name`. */
export function logsOfEvents(bytes: Uint8Array, events: RangeList): SpanLog[] {
  const logs: SpanLog[] = [];
  for (let index = 0; index < events.length; index++) {
    view.at(bytes, events.start(index), events.end(index));
    const fields = readFields(bytes, view.attributes);
    const name = readText(bytes, view.nameStart, view.nameEnd);
    if (view.droppedAttributesCount > 0) {
      addField(fields, "otel.dropped_attributes_count", String(view.droppedAttributesCount));
    }
    logs.push({ timeMicros: microsOf(view.timeLo, view.timeHi), fields: named(name, fields) });
  }
  return logs;
}

/** `fields` with `name` added; what was called so before gets another key. */
export function named(name: string, fields: ReadonlyMap<string, string>): Map<string, string> {
  const result = new Map([["name", name]]);
  for (const [key, value] of fields) if (key !== "name") addField(result, key, value);
  const displaced = fields.get("name");
  if (displaced !== undefined) addField(result, "_name", displaced);
  return result;
}

/** Adds a field; one that has this name already stays, the new one gets a leading `_`. */
export function addField(fields: Map<string, string>, key: string, value: string): void {
  let free = key;
  while (fields.has(free)) free = `_${free}`;
  fields.set(free, value);
}

/** One line of `f=spanLogs`. The span line lets a proxy sample logs as it samples the span. */
export function spanLogsText(traceId: string, spanId: string, logs: readonly SpanLog[], spanLine: string): string {
  const texts = logs.map(({ timeMicros, fields }) => {
    const pairs = [...fields].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    return `{"timestamp":${timeMicros},"fields":{${pairs.join(",")}}}`;
  });
  const head = `{"traceId":"${traceId}","spanId":"${spanId}","logs":[${texts.join(",")}]`;
  return `${head},"span":${JSON.stringify(spanLine)}}\n`;
}
