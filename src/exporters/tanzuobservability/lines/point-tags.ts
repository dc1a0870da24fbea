import type { RangeList } from "../../../pdata/views/index.ts";
import { readAttributes } from "./attributes.ts";
import type { ByteBuffer } from "./byte-buffer.ts";
import { CarefulPointTags, type CarefulPointOptions, type ExtraKey } from "./careful-point-tags.ts";
import { writeTag } from "./line-writer.ts";
import { maxTagOverhead, PlainTags } from "./plain-tags.ts";
import type { PointResource } from "./point-resource.ts";
import { TagSegment } from "./tag-segment.ts";

/** Renamed, or they decide about other tags; the careful way knows how. */
const reserved = new Set(["source", "host", "tag", "service", "service.name"]);

/** Writes source and tags of points: plain where it can be, else carefully. */
export class PointTags {
  readonly #options: CarefulPointOptions;
  readonly #plain: PlainTags;
  readonly #careful: CarefulPointTags;
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
    out.reserve(resource.source.length);
    out.length = resource.source.put(out.view, out.length);
    const start = out.length;
    if (this.#writePlain(out, bytes, from, attributes, resource.tags, extraKey)) return;
    out.length = start;
    const own = readAttributes(bytes, attributes, this.#options.tally);
    for (const [key, value] of this.#careful.resolve(own, resource.text.attributes, extraKey))
      writeTag(out, key, value);
  }

  #writePlain(
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
    out.reserve(2 * text + count * maxTagOverhead + common.line.length);
    const plain = this.#plain;
    plain.clear();
    plain.mark(common);
    if (extraKey !== "") plain.mark(this.#extra[extraKey]);
    if (!plain.write(out, bytes, from, attributes)) return false;
    out.length = common.line.put(out.view, out.length);
    return true;
  }
}
