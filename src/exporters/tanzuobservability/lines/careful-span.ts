import { isAllZero, type SpanView } from "../../../pdata/views/index.ts";
import { readAttributes } from "./attributes.ts";
import type { ByteBuffer } from "./byte-buffer.ts";
import { cleanValue, isBlankText, isTooLong, trimText } from "./clean-text.ts";
import { computedTags } from "./computed-tags.ts";
import { spanIdText, traceIdText } from "./id-text.ts";
import { quoted } from "./line-writer.ts";
import type { LineLimits } from "./limits.ts";
import type { ResourceText } from "./resource-text.ts";
import type { RuleTally } from "./rule-tally.ts";
import { addField, logsOfEvents, named, spanLogsText } from "./span-log-text.ts";
import { spanLinks } from "./span-links.ts";
import { SpanTags, type SpanTagOptions } from "./span-tags.ts";
import { spanTimes } from "./span-times.ts";
import type { Tag } from "./tags.ts";
import { readText } from "./text.ts";

/**
 * Writes any span, in strings: the way for spans that `PlainSpan` does not take. Whatever had to change is counted in the
 * tally; what does not fit on the line goes into a span log called `overflow`.
 */
export class CarefulSpan {
  readonly #limits: LineLimits;
  readonly #tally: RuleTally;
  readonly #tags: SpanTags;

  constructor(options: SpanTagOptions, tally: RuleTally) {
    this.#limits = options.limits;
    this.#tally = tally;
    this.#tags = new SpanTags(options, tally);
  }

  /** `false` if the span has no line that would be right. */
  write(
    span: SpanView,
    resource: ResourceText,
    scope: readonly (readonly [string, string])[],
    nowMs: number,
    trace: ByteBuffer,
    logLines: ByteBuffer,
  ): boolean {
    const { bytes } = span;
    const name = readText(bytes, span.nameStart, span.nameEnd);
    if (!this.#hasIds(span, name)) return false;
    const times = spanTimes(span, nowMs, this.#tally, name);
    if (times === undefined) return false;
    const overflow = new Map<string, string>();
    const lineName = this.#cleanName(name, overflow);
    const own = readAttributes(bytes, span.attributes, this.#tally);
    const computed = computedTags(span, scope, this.#tally);
    const tags = this.#tags.resolve({ own, resource: resource.attributes, computed });
    const parent = spanIdText(bytes, span.parentSpanIdStart, span.parentSpanIdEnd);
    const startMicros = Math.min(Number.MAX_SAFE_INTEGER, times.startMs * 1000);
    const links = spanLinks(span, this.#limits.spanLinks, startMicros, this.#tally, name);
    const logs = [...logsOfEvents(bytes, span.events), ...links.logs];
    const taken = links.followsFrom.length + (parent === "" ? 0 : 1);
    const fitted = this.#fit(tags, own, taken, logs.length > 0, overflow);
    if (overflow.size > 0) logs.push({ timeMicros: startMicros, fields: named("overflow", overflow) });

    const traceId = traceIdText(bytes, span.traceIdStart);
    const spanId = spanIdText(bytes, span.spanIdStart, span.spanIdEnd);
    let line = `${quoted(lineName)} source=${quoted(resource.source)} traceId=${traceId} spanId=${spanId}`;
    if (parent !== "") line += ` parent=${parent}`;
    for (const id of links.followsFrom) line += ` followsFrom=${id}`;
    if (logs.length > 0) line += ' "_spanLogs"="true"';
    line += `${fitted} ${times.start} ${times.second}\n`;
    trace.writeText(line);
    if (logs.length > 0) logLines.writeText(spanLogsText(traceId, spanId, logs, line));
    return true;
  }

  #hasIds(span: SpanView, name: string): boolean {
    const { bytes } = span;
    let missing: "trace_id_missing" | "span_id_missing" | "span_name_empty" | undefined;
    if (isAllZero(bytes, span.traceIdStart, span.traceIdEnd)) missing = "trace_id_missing";
    else if (isAllZero(bytes, span.spanIdStart, span.spanIdEnd)) missing = "span_id_missing";
    else if (isBlankText(name)) missing = "span_name_empty";
    if (missing !== undefined) this.#tally.hit(missing, name);
    return missing === undefined;
  }

  #cleanName(name: string, overflow: Map<string, string>): string {
    const trimmed = trimText(name);
    if (trimmed !== name) this.#tally.hit("name_trimmed", name);
    const { value, isCut } = cleanValue(trimmed, this.#limits.spanNameLength, this.#tally, name);
    if (isCut) {
      this.#tally.hit("name_too_long", name);
      addField(overflow, "span.name", name);
    }
    return value;
  }

  /**
   * As many tags as the limit allows beside the `taken` ones, as text: ` "key"="value"` for each. Values that are cut and
   * tags that are left out go into `overflow`, by the keys they came with.
   */
  #fit(
    tags: readonly Tag[],
    own: ReadonlyMap<string, string>,
    taken: number,
    hasLogs: boolean,
    overflow: Map<string, string>,
  ): string {
    const { spanTags, spanValueLength } = this.#limits;
    // The tag that announces span logs takes a place as well.
    const hasOverflow = overflow.size > 0 || tags.some(({ value }) => isTooLong(value, spanValueLength));
    const room = spanTags - taken - (hasLogs || hasOverflow ? 1 : 0);
    if (tags.length <= room) return this.#join(tags, overflow);
    const kept = spanTags - taken - 1;
    const ranked = this.#tags.rank(tags, own);
    const text = this.#join(ranked.slice(0, kept), overflow);
    for (const { raw, value } of ranked.slice(kept)) {
      this.#tally.hit("too_many_tags", raw);
      addField(overflow, raw, value);
    }
    return text;
  }

  #join(tags: readonly Tag[], overflow: Map<string, string>): string {
    let text = "";
    for (const tag of tags) {
      const { value, isCut } = cleanValue(tag.value, this.#limits.spanValueLength, this.#tally, tag.raw);
      if (isCut) {
        this.#tally.hit("value_too_long", tag.raw);
        addField(overflow, tag.raw, tag.value);
      }
      text += ` "${tag.key}"=${quoted(value)}`;
    }
    return text;
  }
}
