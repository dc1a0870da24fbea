import type { RangeList } from "../../../pdata/views/index.ts";
import { dagIdIn } from "./airflow.ts";
import { readAttributes } from "./attributes.ts";
import type { ByteBuffer } from "./byte-buffer.ts";
import { CarefulPointTags, type CarefulPointOptions, type ExtraKey } from "./careful-point-tags.ts";
import { writeTag } from "./line-writer.ts";
import type { NumberPoint } from "./number-point.ts";
import { maxTagOverhead, PlainTags } from "./plain-tags.ts";
import { withService, type PointResource } from "./point-resource.ts";
import { TagRuns } from "./tag-runs.ts";
import { TagSegment } from "./tag-segment.ts";
import { Variants } from "./variants.ts";
import type { WordHash } from "./word-hash.ts";

/** Renamed, or they decide about other tags; the careful way knows how. */
const reserved = new Set(["source", "host", "tag", "service", "service.name"]);

/** Writes source and tags of points: plain where it can be, else carefully. */
export class PointTags {
  readonly #options: CarefulPointOptions;
  readonly #plain: PlainTags;
  readonly #careful: CarefulPointTags;
  readonly #runs = new TagRuns();
  readonly #ofDag: Variants<PointResource> | undefined;
  readonly #extra = { le: new TagSegment([["le", "x"]]), quantile: new TagSegment([["quantile", "x"]]) };

  /** `isAirflow`: the service of a point is its DAG. */
  constructor(options: CarefulPointOptions, isAirflow: boolean) {
    this.#options = options;
    this.#ofDag = isAirflow ? new Variants((resource, dag) => withService(resource, dag, options)) : undefined;
    const { pointKeyLength: maxKeyLength, pointTagLength: maxValueLength } = options.limits;
    this.#plain = new PlainTags({ reserved, maxKeyLength, maxValueLength, isKeyCounted: true, isFirst: () => false });
    this.#careful = new CarefulPointTags(options);
  }

  /** ` source="host-1" "k"="v" …`. `from` is a view of `bytes`; `extraKey` is a tag that the caller adds. */
  write(
    out: ByteBuffer,
    bytes: Uint8Array,
    from: DataView,
    attributes: RangeList,
    resource: PointResource,
    extraKey: ExtraKey,
  ): void {
    this.#write(out, bytes, from, attributes, this.#with(this.#dagIn(bytes, attributes), resource), extraKey);
  }

  /** As `write`, for a point whose attributes lie side by side; `hash` is theirs. */
  writeRun(
    out: ByteBuffer,
    bytes: Uint8Array,
    from: DataView,
    point: NumberPoint,
    hash: WordHash,
    resource: PointResource,
  ): void {
    const { runStart, runEnd } = point;
    if (resource.tags === undefined || runStart === runEnd) {
      this.write(out, bytes, from, point.attributes(bytes), resource, "");
      return;
    }
    const slot = this.#runs.find(from, runStart, runEnd, hash, resource.keySet);
    if (slot >= 0) {
      const known = this.#with(this.#runs.dagAt(slot), resource);
      // The text of a DAG may need care.
      if (known.tags !== undefined) {
        writeSource(out, known);
        this.#runs.write(out, slot);
        writeCommon(out, known);
        return;
      }
    }
    const attributes = point.attributes(bytes);
    const dag = this.#dagIn(bytes, attributes);
    const used = this.#with(dag, resource);
    const textStart = out.length + used.source.length;
    if (!this.#write(out, bytes, from, attributes, used, "") || slot >= 0) return;
    const added = this.#runs.add(bytes, runStart, runEnd, hash, resource.keySet);
    if (added >= 0) this.#runs.setText(added, out, textStart, out.length - (used.tags?.line.length ?? 0), dag);
  }

  /** Answers whether nothing took care. */
  #write(
    out: ByteBuffer,
    bytes: Uint8Array,
    from: DataView,
    attributes: RangeList,
    resource: PointResource,
    extraKey: ExtraKey,
  ): boolean {
    writeSource(out, resource);
    const start = out.length;
    if (this.#writeOwn(out, bytes, from, attributes, resource.tags, extraKey)) {
      writeCommon(out, resource);
      return true;
    }
    out.length = start;
    const own = readAttributes(bytes, attributes, this.#options.tally);
    for (const [key, value] of this.#careful.resolve(own, resource.text.attributes, extraKey))
      writeTag(out, key, value);
    return false;
  }

  #dagIn(bytes: Uint8Array, attributes: RangeList): string | undefined {
    return this.#ofDag === undefined ? undefined : dagIdIn(bytes, attributes)?.text;
  }

  #with(dag: string | undefined, resource: PointResource): PointResource {
    return dag === undefined || this.#ofDag === undefined ? resource : this.#ofDag.of(resource, dag);
  }

  /** Writes the tags of a point beside those of its resource; `false` if they need care. */
  #writeOwn(
    out: ByteBuffer,
    bytes: Uint8Array,
    from: DataView,
    attributes: RangeList,
    common: TagSegment | undefined,
    extraKey: ExtraKey,
  ): boolean {
    const count = attributes.length;
    if (common === undefined || count + common.count >= this.#options.limits.pointTags) return false;
    const text = count === 0 ? 0 : attributes.end(count - 1) - attributes.start(0);
    out.reserve(2 * text + count * maxTagOverhead);
    const plain = this.#plain;
    plain.clear();
    plain.mark(common);
    if (extraKey !== "") plain.mark(this.#extra[extraKey]);
    return plain.write(out, bytes, from, attributes);
  }
}

function writeSource(out: ByteBuffer, { source }: PointResource): void {
  out.reserve(source.length);
  out.length = source.put(out.view, out.length);
}

function writeCommon(out: ByteBuffer, { tags }: PointResource): void {
  if (tags === undefined) return;
  out.reserve(tags.line.length);
  out.length = tags.line.put(out.view, out.length);
}
