import type { Findings } from "./config-error.ts";
import { formatPath, type ConfigNode, type ConfigPath, type MapEntry, type ScalarNode } from "./config-node.ts";
import { findReference } from "./find-reference.ts";
import { parseYaml } from "./parse-yaml.ts";
import { formatPosition } from "./position.ts";
import {
  hasLines,
  parseUri,
  retrieve,
  schemes,
  sourceName,
  type Environment,
  type Retrieved,
  type Uri,
} from "./retrieve.ts";

/** As upstream; a value that refers to itself ends here. */
const maxRounds = 1000;
/** A value that holds itself twice doubles in each round. */
const maxReferences = 10_000;
/** The same for a text. */
const maxTextLength = 1 << 20;
/** Of all files and URLs that references name. */
const maxIncludedLength = 16 << 20;

interface Step {
  readonly node: ConfigNode;
  readonly changed: boolean;
}

/** Replaces the references in all values (never in keys), then `$$` by `$` (reference §2.2). */
export class Expander {
  readonly #environment: Environment;
  readonly #findings: Findings;
  #references = 0;
  #includedLength = 0;

  constructor(environment: Environment, findings: Findings) {
    this.#environment = environment;
    this.#findings = findings;
  }

  /** What cannot be replaced is a finding and becomes null, so that all such places are found. */
  async expand(node: ConfigNode, path: ConfigPath): Promise<ConfigNode> {
    if (node.text === undefined && node.kind === "map") {
      const entries = new Map<string, MapEntry>();
      for (const [key, entry] of node.entries) {
        entries.set(key, { ...entry, value: await this.expand(entry.value, [...path, key]) });
      }
      return { ...node, entries };
    }
    if (node.text === undefined && node.kind === "list") {
      const items: ConfigNode[] = [];
      for (const item of node.items) items.push(await this.expand(item, [...path, items.length]));
      return { ...node, items };
    }
    try {
      return unescape(await this.#expandValue(node));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#findings.add("resolve", formatPath(path), message, node.position);
      return { kind: "scalar", value: null, position: node.position };
    }
  }

  async #expandValue(value: ConfigNode): Promise<ConfigNode> {
    let node = value;
    for (let round = 0; round < maxRounds; round++) {
      const step = await this.#step(node);
      if (!step.changed) return step.node;
      node = step.node;
    }
    throw new Error("too many recursive expansions");
  }

  /** Replaces one reference in each text below `node`. */
  async #step(node: ConfigNode): Promise<Step> {
    if (node.text !== undefined) return this.#stepBoth(node, node.text);
    if (node.kind === "scalar") {
      return typeof node.value === "string" ? this.#stepText(node, node.value) : { node, changed: false };
    }
    let changed = false;
    const stepInto = async (child: ConfigNode): Promise<ConfigNode> => {
      const step = await this.#step(child);
      changed ||= step.changed;
      return step.node;
    };
    if (node.kind === "list") {
      const items: ConfigNode[] = [];
      for (const item of node.items) items.push(await stepInto(item));
      return { node: { ...node, items }, changed };
    }
    const entries = new Map<string, MapEntry>();
    for (const [key, entry] of node.entries) entries.set(key, { ...entry, value: await stepInto(entry.value) });
    return { node: { ...node, entries }, changed };
  }

  /** A value that came from a reference: it and its original text are expanded side by side. */
  async #stepBoth(node: ConfigNode, text: string): Promise<Step> {
    const { text: _, ...bare } = node;
    const value = await this.#step(bare);
    if (value.node.text !== undefined || isText(value.node)) return value;
    let original: Step;
    try {
      original = await this.#stepText({ kind: "scalar", value: text, position: node.position }, text);
    } catch {
      // The text may hold references that the value does not have, in a YAML comment say: the value stands.
      return value;
    }
    if (original.node.text !== undefined || !isText(original.node)) return value;
    return {
      node: { ...value.node, text: original.node.value },
      changed: value.changed || original.changed,
    };
  }

  async #stepText(node: ScalarNode, text: string): Promise<Step> {
    const reference = text.includes("${") ? findReference(text) : undefined;
    if (reference === undefined) return { node, changed: false };
    if (++this.#references > maxReferences) throw new Error("too many recursive expansions");
    const raw = text.slice(reference.start, reference.end);
    const uri = parseReference(reference.uri);
    const retrieved = await retrieve(uri, this.#environment);
    if (hasLines(uri)) this.#includedLength += retrieved.text.length;
    if (this.#includedLength > maxIncludedLength) {
      throw new Error(`${raw} makes the included texts longer than ${maxIncludedLength} characters`);
    }
    this.#noteVariable(uri, retrieved, node);
    const via = node.via === undefined || node.via === raw ? raw : `${node.via}, ${raw}`;
    if (raw === text) return { node: this.#parsed(uri, retrieved.text, node, via), changed: true };
    const replaced = text.slice(0, reference.start) + retrieved.text + text.slice(reference.end);
    if (replaced.length > maxTextLength)
      throw new Error(`${raw} makes the value longer than ${maxTextLength} characters`);
    return { node: { kind: "scalar", value: replaced, position: node.position, via }, changed: true };
  }

  /** The whole value is one reference: the text behind it is YAML, or if it is not, just text. */
  #parsed(uri: Uri, text: string, reference: ScalarNode, via: string): ConfigNode {
    const isOpenable = hasLines(uri);
    const file = isOpenable ? sourceName(uri) : reference.position.file;
    if (isOpenable) this.#findings.addText(file, text.replace(/^\uFEFF/, ""));
    const { node, issues } = parseYaml(text, file);
    if (node === undefined || isText(node)) {
      const [notYaml] = isOpenable ? issues : [];
      const position = reference.position;
      return { kind: "scalar", value: text, text, via, position, ...(notYaml !== undefined && { notYaml }) };
    }
    // What a variable holds has no line that the user could open: its values stand where the reference stands.
    const placed = isOpenable ? node : placedAt(node, reference, via);
    return { ...placed, text, via, position: isOpenable ? placed.position : reference.position };
  }

  #noteVariable(uri: Uri, { state }: Retrieved, node: ScalarNode): void {
    if (uri.scheme !== "env" || state === "set") return;
    const name = uri.opaque.split(":-", 1)[0] ?? "";
    const effect = state === "unset" ? "; its value is null" : "";
    this.#findings.notice(
      `Configuration references ${state} environment variable "${name}" (${formatPosition(node.position)})${effect}`,
    );
  }
}

/** `NAME` and `NAME:-default` are variables; all else needs a scheme. */
function parseReference(text: string): Uri {
  const colon = text.indexOf(":");
  const isVariable = colon < 0 || text.startsWith(":-", colon);
  const uri = isVariable
    ? { scheme: "env" as const, opaque: text }
    : parseUri(
        text,
        (scheme) => `scheme "${scheme}" is not supported for uri "${text}" (valid schemes: ${schemes.join(", ")})`,
      );
  if (uri === undefined) throw new Error(`invalid uri: "${text}"; write \${env:NAME}, or $\${ for a plain \${`);
  if (uri.opaque.includes("$")) {
    throw new Error(`the uri "${uri.scheme}:${uri.opaque}" contains unsupported characters ('$')`);
  }
  return uri;
}

function isText(node: ConfigNode): node is ScalarNode & { value: string } {
  return node.kind === "scalar" && typeof node.value === "string";
}

function placedAt(node: ConfigNode, reference: ScalarNode, via: string): ConfigNode {
  const { position } = reference;
  if (node.kind === "scalar") return { ...node, position, via };
  if (node.kind === "list")
    return { ...node, position, via, items: node.items.map((i) => placedAt(i, reference, via)) };
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries) {
    entries.set(key, { keyPosition: position, value: placedAt(entry.value, reference, via) });
  }
  return { ...node, position, via, entries };
}

/** `$$` is how a dollar sign is written; also in what variables hold. */
function unescape(node: ConfigNode): ConfigNode {
  const text = node.text === undefined ? {} : { text: node.text.replaceAll("$$", "$") };
  if (node.kind === "scalar") {
    return typeof node.value === "string"
      ? { ...node, ...text, value: node.value.replaceAll("$$", "$") }
      : { ...node, ...text };
  }
  if (node.kind === "list") return { ...node, ...text, items: node.items.map(unescape) };
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries) entries.set(key, { ...entry, value: unescape(entry.value) });
  return { ...node, ...text, entries };
}
