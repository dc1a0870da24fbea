import type { Position } from "./position.ts";

export type ScalarValue = string | number | boolean | null;

interface NodeBase {
  readonly position: Position;
  /** What a reference such as `${env:X}` gave, letter by letter: what a text field gets, whatever YAML makes of it. */
  readonly text?: string;
  /** The reference that the value came through, for messages. */
  readonly via?: string;
  /** Why an included text is no YAML, and is taken as text: fine for a field of text, the likely mistake elsewhere. */
  readonly notYaml?: { readonly message: string; readonly position: Position };
}

export interface ScalarNode extends NodeBase {
  readonly kind: "scalar";
  readonly value: ScalarValue;
}

export interface ListNode extends NodeBase {
  readonly kind: "list";
  readonly items: readonly ConfigNode[];
}

export interface MapEntry {
  readonly keyPosition: Position;
  readonly value: ConfigNode;
}

export interface MapNode extends NodeBase {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, MapEntry>;
}

/** A configuration value that knows where it was written. Immutable. */
export type ConfigNode = ScalarNode | ListNode | MapNode;

export type ConfigPath = readonly (string | number)[];

/** In upstream's notation: `service::pipelines::traces`. */
export function formatPath(path: ConfigPath): string {
  return path.join("::");
}

/** Not written, null, or `{}`. */
export function isEmpty(node: ConfigNode | undefined): boolean {
  if (node === undefined) return true;
  return node.kind === "map" ? node.entries.size === 0 : node.kind === "scalar" && node.value === null;
}

/** The entry's value; `undefined` if `node` is no map or has no such key. */
export function childOf(node: ConfigNode | undefined, key: string): ConfigNode | undefined {
  return node?.kind === "map" ? node.entries.get(key)?.value : undefined;
}

/** The node's type as upstream's messages name it. */
export function typeName(node: ConfigNode): string {
  if (node.kind === "map") return "map";
  if (node.kind === "list") return "slice";
  if (node.value === null) return "nil";
  if (typeof node.value === "boolean") return "bool";
  if (typeof node.value === "string") return "string";
  return Number.isInteger(node.value) ? "int" : "float64";
}
