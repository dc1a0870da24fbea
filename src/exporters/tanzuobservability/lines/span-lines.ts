import type { Batch } from "../../../pdata/batch.ts";
import {
  KeyValueView,
  RangeList,
  SpanView,
  textOf,
  Walker,
  type ResourceView,
  type ScopeView,
} from "../../../pdata/views/index.ts";
import { AirflowRuns } from "./airflow.ts";
import { BufferPool } from "./buffer-pool.ts";
import { BytesCache } from "./bytes-cache.ts";
import { CarefulSpan } from "./careful-span.ts";
import { LineBody } from "./line-body.ts";
import type { EncodedLines, LineOptions } from "./line-options.ts";
import { PlainSpanLogs } from "./plain-span-logs.ts";
import { PlainSpan } from "./plain-span.ts";
import { readResource, scopeTags, withDefaults } from "./resource-text.ts";
import { RuleTally } from "./rule-tally.ts";
import { scopeSegment, spanResource, type PlainResource, type SpanResource } from "./span-resource.ts";
import { SpanTags } from "./span-tags.ts";
import { maxAheadMs } from "./span-times.ts";
import type { TagSegment } from "./tag-segment.ts";
import { forgetText } from "./text.ts";
import { Variants } from "./variants.ts";

interface SpanScope {
  readonly tags: readonly (readonly [string, string])[];
  readonly plain: TagSegment | undefined;
}

/**
 * Turns traces into lines of `f=trace` and `f=spanLogs`: the order of spans is kept, each span that has events gets one
 * line of span logs. Pure but for its reused buffers: one batch at a time.
 */
export class SpanLines {
  readonly #options: LineOptions;
  readonly #walker = new Walker();
  readonly #span = new SpanView();
  readonly #tally = new RuleTally();
  readonly #plain: PlainSpan;
  readonly #plainLogs = new PlainSpanLogs();
  readonly #careful: CarefulSpan;
  readonly #resources = new BytesCache<SpanResource>();
  readonly #scopes = new BytesCache<SpanScope>();
  readonly #scopeRanges = new RangeList();
  readonly #trace: LineBody;
  readonly #logs: LineBody;
  readonly #runs: AirflowRuns | undefined;
  readonly #ofDag = new Variants<SpanResource>((resource, dag) => this.#withService(resource, dag));
  #resource: SpanResource | undefined;
  #scope: SpanScope = { tags: [], plain: undefined };
  #from: DataView = new DataView(new ArrayBuffer(0));
  #droppedCount = 0;
  /** Tags that went into span logs, and the first one's key. */
  #leftOutCount = 0;
  #leftOutExample = "";
  #nowMs = 0;

  constructor(options: LineOptions) {
    this.#options = options;
    const { limits, isAirflow } = options;
    this.#runs = isAirflow ? new AirflowRuns() : undefined;
    const ranking = new SpanTags(options, this.#tally);
    this.#plain = new PlainSpan(limits, (raw, key) => ranking.isFirst(raw, key));
    this.#careful = new CarefulSpan(options, this.#tally);
    const pool = new BufferPool();
    this.#trace = new LineBody("trace", pool, options.onChunk);
    this.#logs = new LineBody("spanLogs", pool, options.onChunk);
  }

  encode(batch: Batch<"traces">, nowMs: number): EncodedLines {
    const { buffer, byteOffset, byteLength } = batch.bytes;
    this.#from = new DataView(buffer, byteOffset, byteLength);
    this.#nowMs = nowMs;
    this.#droppedCount = this.#leftOutCount = 0;
    const runs = this.#runs;
    if (runs !== undefined) this.#learn(batch, runs);
    this.#walker.walk(batch, this);
    this.#trace.close();
    this.#logs.close();
    forgetText();
    if (this.#leftOutCount > 0) this.#tally.hit("too_many_tags", this.#leftOutExample, this.#leftOutCount);
    return { droppedCount: this.#droppedCount, hits: this.#tally.take() };
  }

  resource(view: ResourceView): void {
    this.#resource = this.#resources.find(view.bytes, view.attributes);
    if (this.#resource !== undefined) return;
    const { defaultSource, defaultTags, limits } = this.#options;
    const before = this.#tally.total;
    const { source, attributes } = readResource(view, defaultSource, limits, this.#tally);
    this.#resource = spanResource({ source, attributes: withDefaults(attributes, defaultTags) }, this.#options);
    // What was repaired has to be counted each time.
    if (this.#tally.total === before) this.#resources.put(view.bytes, view.attributes, this.#resource);
  }

  scope(view: ScopeView): void {
    const ranges = this.#scopeRanges;
    ranges.clear();
    ranges.push(view.nameStart, view.nameEnd);
    ranges.push(view.versionStart, view.versionEnd);
    const known = this.#scopes.find(view.bytes, ranges);
    if (known !== undefined) {
      this.#scope = known;
      return;
    }
    const tags = scopeTags(view);
    this.#scope = { tags, plain: scopeSegment(tags, this.#options.limits) };
    this.#scopes.put(view.bytes, ranges, this.#scope);
  }

  record(bytes: Uint8Array, start: number, end: number): void {
    const span = this.#span.at(bytes, start, end);
    let resource = this.#resource;
    const dag = resource === undefined ? undefined : this.#runs?.dagOf(span);
    if (resource !== undefined && dag !== undefined) resource = this.#ofDag.of(resource, dag);
    if (resource !== undefined && (this.#writePlain(span, resource) || this.#writeCareful(span, resource))) {
      this.#trace.endItem(1);
      this.#logs.endItem(0);
    } else this.#droppedCount++;
  }

  #learn(batch: Batch<"traces">, runs: AirflowRuns): void {
    this.#walker.walk(batch, {
      resource: () => undefined,
      scope: () => undefined,
      record: (bytes, start, end) => runs.learn(this.#span.at(bytes, start, end)),
    });
  }

  /** Who names the service itself keeps it. */
  #withService(resource: SpanResource, service: string): SpanResource {
    const { source, attributes } = resource.text;
    if (attributes.has("service")) return resource;
    return spanResource({ source, attributes: new Map([...attributes, ["service", service]]) }, this.#options);
  }

  #writePlain(span: SpanView, { plain: resource }: SpanResource): boolean {
    const scope = this.#scope.plain;
    if (resource === undefined || scope === undefined) return false;
    const line = this.#trace.buffer;
    const logs = this.#logs.buffer;
    const lineStart = line.length;
    const logsStart = logs.length;
    if (this.#plain.write(span, this.#from, resource, scope, this.#nowMs + maxAheadMs, line)) {
      const { isShort } = this.#plain.room;
      if (span.events.length === 0 && !isShort) return true;
      if (this.#plainLogs.write(span, this.#from, resource, scope, this.#plain, line, lineStart, logs)) {
        if (isShort) this.#noteLeftOut(span, resource);
        return true;
      }
    }
    line.length = lineStart;
    logs.length = logsStart;
    return false;
  }

  /** Counted here and told once a batch: nearly every span of a service may have too many tags. */
  #noteLeftOut({ bytes }: SpanView, { fields }: PlainResource): void {
    const { room, tags } = this.#plain;
    const { leftOut } = tags;
    if (this.#leftOutCount === 0) {
      const key =
        leftOut.length === 0 ? fields.keys[room.resourceCount] : keyOf(bytes, leftOut.start(0), leftOut.end(0));
      this.#leftOutExample = key ?? "";
    }
    this.#leftOutCount += leftOut.length + fields.keys.length - room.resourceCount;
  }

  #writeCareful(span: SpanView, resource: SpanResource): boolean {
    return this.#careful.write(
      span,
      resource.text,
      this.#scope.tags,
      this.#nowMs,
      this.#trace.buffer,
      this.#logs.buffer,
    );
  }
}

function keyOf(bytes: Uint8Array, start: number, end: number): string {
  const { keyStart, keyEnd } = new KeyValueView().at(bytes, start, end);
  return textOf(bytes, keyStart, keyEnd);
}
