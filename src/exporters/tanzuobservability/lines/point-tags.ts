import type { RangeList } from "../../../pdata/views/index.ts";
import { readAttributes } from "./attributes.ts";
import type { ByteBuffer } from "./byte-buffer.ts";
import { CarefulPointTags, type CarefulPointOptions, type ExtraKey } from "./careful-point-tags.ts";
import { writeTag } from "./line-writer.ts";
import type { NumberPoint } from "./number-point.ts";
import { maxTagOverhead, PlainTags } from "./plain-tags.ts";
import type { PointResource } from "./point-resource.ts";
import { TagRuns } from "./tag-runs.ts";
import { TagSegment } from "./tag-segment.ts";
import type { WordHash } from "./word-hash.ts";

/** Renamed, or they decide about other tags; the careful way knows how. */
const reserved = new Set(["source", "host", "tag", "service", "service.name"]);

/** Writes source and tags of points: plain where it can be, else carefully. */
export class PointTags {
  readonly #options: CarefulPointOptions;
  readonly #plain: PlainTags;
  readonly #careful: CarefulPointTags;
  readonly #runs = new TagRuns();
  readonly #extra = { le: new TagSegment([["le", "x"]]), quantile: new TagSegment([["quantile", "x"]]) };

  constructor(options: CarefulPointOptions) {
    this.#options = options;
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
    writeSource(out, resource);
    const start = out.length;
    if (this.#writeOwn(out, bytes, from, attributes, resource.tags, extraKey)) writeCommon(out, resource);
    else this.#writeCarefully(out, start, bytes, attributes, resource, extraKey);
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
    const { tags } = resource;
    if (tags === undefined || runStart === runEnd) {
      this.write(out, bytes, from, point.attributes(bytes), resource, "");
      return;
    }
    writeSource(out, resource);
    const start = out.length;
    const slot = this.#runs.find(from, runStart, runEnd, hash, tags.keySet);
    if (slot >= 0) this.#runs.write(out, slot);
    else {
      const attributes = point.attributes(bytes);
      if (!this.#writeOwn(out, bytes, from, attributes, tags, "")) {
        this.#writeCarefully(out, start, bytes, attributes, resource, "");
        return;
      }
      this.#runs.put(bytes, runStart, runEnd, hash, tags.keySet, out, start);
    }
    writeCommon(out, resource);
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

  #writeCarefully(
    out: ByteBuffer,
    start: number,
    bytes: Uint8Array,
    attributes: RangeList,
    resource: PointResource,
    extraKey: ExtraKey,
  ): void {
    out.length = start;
    const own = readAttributes(bytes, attributes, this.#options.tally);
    for (const [key, value] of this.#careful.resolve(own, resource.text.attributes, extraKey))
      writeTag(out, key, value);
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
