import { ascii } from "./byte-buffer.ts";
import { CarefulPointTags, identityKeys, type CarefulPointOptions } from "./careful-point-tags.ts";
import { keySetOf } from "./key-sets.ts";
import { Piece } from "./piece.ts";
import type { ResourceText } from "./resource-text.ts";
import { RuleTally } from "./rule-tally.ts";
import { TagSegment } from "./tag-segment.ts";

/** Which attributes of a resource become tags of its points. */
export type ResourceTagChoice = "all" | "identity" | "none";

/** A resource as its points need it: in strings for the careful way, as bytes for the plain one. */
export interface PointResource {
  /** Tells resources apart, where series are remembered. */
  readonly id: string;
  /** Source and tags, as text: what points of several senders may have in common. */
  readonly written: string;
  /** With the attributes that become tags. */
  readonly text: ResourceText;
  /** Of its attributes as they came: what their keys decide is the same for all resources that share it. */
  readonly keySet: number;
  /** ` source="host-1"` */
  readonly source: Piece;
  /** Absent if every point of this resource needs care, so that it is counted for each. */
  readonly tags: TagSegment | undefined;
}

/** The attributes of `text` become tags. */
export function pointResource(text: ResourceText, options: CarefulPointOptions, id: string): PointResource {
  const { source, attributes } = text;
  const tally = new RuleTally();
  const tags = new CarefulPointTags({ ...options, tally }).resolve(new Map(), attributes, "");
  return {
    id,
    written: JSON.stringify([source, ...tags]),
    text,
    keySet: keySetOf(attributes.keys()),
    source: new Piece(ascii(` source="${source.replaceAll('"', '\\"')}"`)),
    // One place is left for the tag of a bucket or quantile.
    tags: tally.isEmpty && tags.length < options.limits.pointTags ? new TagSegment(tags) : undefined,
  };
}

/** The attributes of a resource that become tags of its points; `instanceTag` is one more of them, if not empty. */
export function chosenAttributes(
  attributes: ReadonlyMap<string, string>,
  choice: ResourceTagChoice,
  instanceTag: string,
): ReadonlyMap<string, string> {
  if (choice === "all") return attributes;
  const result = new Map<string, string>();
  for (const key of choice === "none" ? [instanceTag] : [...identityKeys, instanceTag]) {
    const value = attributes.get(key);
    if (value !== undefined) result.set(key, value);
  }
  return result;
}

/** The resource with another service; one that names its service itself keeps it. */
export function withService(resource: PointResource, service: string, options: CarefulPointOptions): PointResource {
  const { source, attributes } = resource.text;
  if (attributes.has("service")) return resource;
  return pointResource({ source, attributes: new Map([...attributes, ["service", service]]) }, options, resource.id);
}
