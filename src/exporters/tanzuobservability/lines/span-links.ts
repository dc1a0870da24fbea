import { isAllZero, LinkView, type SpanView } from "../../../pdata/views/index.ts";
import { readFields } from "./attributes.ts";
import { spanIdText, traceIdText } from "./id-text.ts";
import type { RuleTally } from "./rule-tally.ts";
import { addField, named, type SpanLog } from "./span-log-text.ts";
import { readText } from "./text.ts";

export interface SpanLinks {
  /** Ids for the tags `followsFrom`, none twice. */
  readonly followsFrom: readonly string[];
  /** What such a tag cannot say: other traces, attributes, links beyond the bound. */
  readonly logs: readonly SpanLog[];
}

const view = new LinkView();
const none: SpanLinks = { followsFrom: [], logs: [] };

/**
 * The links of a span. One to a span of the same trace becomes `followsFrom`, which Wavefront's queries can follow, at
 * most `limit` of them. Links to other traces, and whatever a link carries besides its ids, become span logs called
 * `link`. `timeMicros` is for the logs, as links have no time.
 */
export function spanLinks(
  span: SpanView,
  limit: number,
  timeMicros: number,
  tally: RuleTally,
  name: string,
): SpanLinks {
  const { bytes, links } = span;
  if (links.length === 0) return none;
  const traceId = traceIdText(bytes, span.traceIdStart);
  const spanId = spanIdText(bytes, span.spanIdStart, span.spanIdEnd);
  const followsFrom = new Set<string>();
  const logs: SpanLog[] = [];
  for (let index = 0; index < links.length; index++) {
    const link = view.at(bytes, links.start(index), links.end(index));
    if (isAllZero(bytes, link.traceIdStart, link.traceIdEnd) || isAllZero(bytes, link.spanIdStart, link.spanIdEnd)) {
      tally.hit("link_invalid", name);
      continue;
    }
    const linkTraceId = traceIdText(bytes, link.traceIdStart);
    const linkSpanId = spanIdText(bytes, link.spanIdStart, link.spanIdEnd);
    const isSameTrace = linkTraceId === traceId;
    if (isSameTrace && linkSpanId === spanId) {
      tally.hit("link_to_self", name);
      continue;
    }
    const isFollowed = isSameTrace && (followsFrom.has(linkSpanId) || followsFrom.size < limit);
    if (isFollowed) followsFrom.add(linkSpanId);
    if (isFollowed && hasIdsOnly(link)) continue;
    logs.push({ timeMicros, fields: fieldsOf(link, linkTraceId, linkSpanId) });
  }
  return { followsFrom: [...followsFrom], logs };
}

function hasIdsOnly(link: LinkView): boolean {
  return link.attributes.length === 0 && link.traceStateEnd === link.traceStateStart;
}

function fieldsOf(link: LinkView, traceId: string, spanId: string): Map<string, string> {
  const own = new Map([
    ["trace_id", traceId],
    ["span_id", spanId],
  ]);
  const traceState = readText(link.bytes, link.traceStateStart, link.traceStateEnd);
  if (traceState !== "") own.set("trace_state", traceState);
  for (const [key, value] of readFields(link.bytes, link.attributes)) addField(own, key, value);
  if (link.droppedAttributesCount > 0) {
    addField(own, "otel.dropped_attributes_count", String(link.droppedAttributesCount));
  }
  return named("link", own);
}
