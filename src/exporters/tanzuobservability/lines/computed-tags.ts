import type { SpanView } from "../../../pdata/views/index.ts";
import { isBlankText } from "./clean-text.ts";
import type { RuleTally } from "./rule-tally.ts";
import { readText } from "./text.ts";

const kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const statusError = 2;

export function kindText(kind: number): string {
  return kinds[kind] ?? "unknown";
}

/** The tags that stand for fields of a span, by upstream's names. Blank text is left out. */
export function computedTags(
  span: SpanView,
  scope: readonly (readonly [string, string])[],
  tally: RuleTally,
): [string, string][] {
  const { bytes } = span;
  const tags: [string, string][] = [["span.kind", kindText(span.kind)]];
  const add = (key: string, value: string): void => {
    if (value === "") return;
    if (isBlankText(value)) tally.hit("value_empty", key);
    else tags.push([key, value]);
  };
  if (span.statusCode === statusError) {
    tags.push(["error", "true"]);
    add("otel.status_description", readText(bytes, span.statusMessageStart, span.statusMessageEnd));
  }
  add("w3c.tracestate", readText(bytes, span.traceStateStart, span.traceStateEnd));
  for (const [key, value] of scope) add(key, value);
  if (span.droppedAttributesCount > 0) add("otel.dropped_attributes_count", String(span.droppedAttributesCount));
  if (span.droppedEventsCount > 0) add("otel.dropped_events_count", String(span.droppedEventsCount));
  if (span.droppedLinksCount > 0) add("otel.dropped_links_count", String(span.droppedLinksCount));
  return tags;
}
