import type { PlainResource } from "./span-resource.ts";

/**
 * Which tags of a span stay on its line when there are too many, as `SpanTags.rank` ranks them: identity and the keys that
 * the user ranks first, then the exporter's own tags and the span's attributes, then the resource's. All others go into a
 * span log, which takes a tag to announce it.
 */
export class TagRoom {
  /** Whether some tags do not fit. */
  isShort = false;
  /** How many tags of the resource, which stand by rank, are on the line. */
  resourceCount = 0;
  /** How many of the span's attributes are on the line; when that is less than all, beside those that rank first. */
  ownCount = 0;

  /**
   * `room` is what the limit leaves beside the parent. When `ownCount` is then less than `own`, the attributes that rank
   * first have to be taken from it. `false` if the careful way has to see to it.
   */
  plan(room: number, hasEvents: boolean, computed: number, own: number, resource: PlainResource): boolean {
    const { tags, firstTags, fields } = resource;
    this.isShort = computed + own + tags.count + (hasEvents ? 1 : 0) > room;
    this.ownCount = own;
    this.resourceCount = tags.count;
    if (!this.isShort) return true;
    if (!fields.isPlain) return false;
    const left = room - 1 - computed - firstTags;
    this.resourceCount = firstTags + Math.max(0, left - own);
    this.ownCount = Math.min(own, left);
    return left >= 0;
  }
}
