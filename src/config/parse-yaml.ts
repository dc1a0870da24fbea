import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
  type YAMLMap,
} from "yaml";
import type { ConfigNode, MapEntry, MapNode, ScalarValue } from "./config-node.ts";
import { explainYamlError } from "./explain-yaml-error.ts";
import type { Position } from "./position.ts";
import { resolveScalar } from "./resolve-scalar.ts";

/** A YAML text, or a part of it, that cannot be used. */
export interface YamlIssue {
  readonly message: string;
  readonly position: Position;
}

export interface ParsedYaml {
  /** The first document; null for an empty text. Undefined when `issues` is not empty. */
  readonly node: ConfigNode | undefined;
  readonly issues: readonly YamlIssue[];
  /** Further documents, which upstream leaves unread too. */
  readonly ignoredDocuments: number;
}

/** Far above what people write; the bounds keep a text of nested brackets or aliases from taking the process down. */
const maxDepth = 100;
const maxNodes = 200_000;

/** Parses YAML as go-yaml v3 understands it. `file` is what positions call the text. Never throws. */
export function parseYaml(source: string, file: string): ParsedYaml {
  const text = source.startsWith("\uFEFF") ? source.slice(1) : source;
  const reader = new NodeReader(text, file);
  try {
    return reader.read();
  } catch (error) {
    // The library recurses; so many open brackets that the stack ends are no configuration.
    if (!(error instanceof RangeError)) throw error;
    const message = `nested too deep: at most ${maxDepth} levels are allowed`;
    return { node: undefined, issues: [{ message, position: reader.position(0, 1) }], ignoredDocuments: 0 };
  }
}

class NodeReader {
  readonly #text: string;
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #issues: YamlIssue[] = [];
  #nodeCount = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  read(): ParsedYaml {
    const blank = /^[ \t]*([\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000\uFEFF])/m.exec(this.#text);
    if (blank !== null) return this.#strangeBlank(blank.index + blank[0].length - 1);
    // "failsafe" leaves every scalar as text: what it means is resolved here, as go-yaml does it. Duplicate keys are
    // found here as well, to name both places.
    const documents = parseAllDocuments(this.#text, {
      lineCounter: this.#lines,
      schema: "failsafe",
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "error",
    });
    if (!Array.isArray(documents)) {
      return { node: nullNode(this.position(0, 1)), issues: [], ignoredDocuments: 0 };
    }
    const [document, ...others] = documents as Document[];
    if (document === undefined) return { node: nullNode(this.position(0, 1)), issues: [], ignoredDocuments: 0 };
    const tabs = document.errors.filter((error) => error.code === "TAB_AS_INDENT");
    // One slip makes a chain of errors behind it; only tabs are independent of each other.
    for (const error of tabs.length > 0 ? tabs.slice(0, 10) : document.errors.slice(0, 1)) {
      const explained = explainYamlError(error, this.#text);
      this.#issues.push({ message: explained.message, position: this.position(explained.start, explained.end) });
    }
    const root = this.#issues.length === 0 ? document.contents : null;
    const node = root === null ? nullNode(this.position(0, 1)) : this.#convert(root, document, 0, this.position(0, 1));
    return {
      node: this.#issues.length === 0 ? node : undefined,
      issues: this.#issues,
      ignoredDocuments: others.filter((other) => other.contents !== null).length,
    };
  }

  /** To YAML it is a letter like any other, and to the eye it is not there. */
  #strangeBlank(at: number): ParsedYaml {
    this.#lines.addNewLine(0);
    for (let end = this.#text.indexOf("\n"); end >= 0; end = this.#text.indexOf("\n", end + 1)) {
      this.#lines.addNewLine(end + 1);
    }
    const code = (this.#text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    const message = `a special blank (U+${code}) stands in the indentation, copied perhaps from a web page: replace it by a space`;
    return { node: undefined, issues: [{ message, position: this.position(at, at + 1) }], ignoredDocuments: 0 };
  }

  position(start: number, end: number): Position {
    const { line, col } = this.#lines.linePos(start);
    // Before the first line is counted (an empty text), `linePos` answers 0.
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, end - start) };
  }

  #positionOf(node: Node): Position {
    const [start, end] = node.range ?? [0, 0];
    const newline = this.#text.indexOf("\n", start);
    return this.position(start, newline < 0 ? end : Math.min(end, newline));
  }

  /** `fallback` is where an empty value is said to be: at its key. */
  #convert(node: Node | null, document: Document, depth: number, fallback: Position): ConfigNode {
    this.#nodeCount++;
    if (depth > maxDepth || this.#nodeCount > maxNodes) {
      if (this.#issues.length === 0) {
        const reason = depth > maxDepth ? `nested deeper than ${maxDepth} levels` : `more than ${maxNodes} values`;
        this.#issues.push({ message: `${reason}, aliases included`, position: fallback });
      }
      return nullNode(fallback);
    }
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target !== undefined) return this.#convert(target, document, depth + 1, this.#positionOf(node));
      this.#issues.push({ message: `unknown anchor '${node.source}' referenced`, position: this.#positionOf(node) });
      return nullNode(fallback);
    }
    if (isMap(node)) return this.#convertMap(node, document, depth);
    if (isSeq(node)) {
      const position = this.#positionOf(node);
      const items = node.items.map((item) => this.#convert(item as Node | null, document, depth + 1, position));
      return { kind: "list", items, position };
    }
    if (isScalar(node)) {
      const value = scalarValue(node.value, node.type === "PLAIN", node.tag);
      const empty = node.type === "PLAIN" && node.value === "";
      return { kind: "scalar", value, position: empty ? fallback : this.#positionOf(node) };
    }
    return nullNode(fallback);
  }

  #convertMap(map: YAMLMap, document: Document, depth: number): MapNode {
    const entries = new Map<string, MapEntry>();
    const merged: ConfigNode[] = [];
    for (const pair of map.items) {
      const keyNode = pair.key as Node | null;
      const key = this.#convert(keyNode, document, depth + 1, this.#positionOf(map));
      const keyPosition = keyNode === null ? key.position : this.#positionOf(keyNode);
      const value = this.#convert(pair.value as Node | null, document, depth + 1, keyPosition);
      if (isScalar(keyNode) && keyNode.type === "PLAIN" && keyNode.value === "<<") {
        merged.push(...(value.kind === "list" ? value.items : [value]));
        continue;
      }
      if (key.kind !== "scalar" || typeof key.value !== "string") {
        const found = key.kind === "scalar" ? JSON.stringify(key.value) : `a ${key.kind}`;
        const isTemplate = key.kind === "map" && this.#text.startsWith("{{", (keyNode?.range?.[0] ?? 0) - 1);
        const message = isTemplate
          ? "templates such as {{ .Values.x }} are not filled in here: render the file first, or write ${env:NAME}"
          : `keys must be text, found ${found}: put the key in quotes`;
        this.#issues.push({ message, position: keyPosition });
        continue;
      }
      const before = entries.get(key.value);
      if (before === undefined) entries.set(key.value, { keyPosition, value });
      else {
        const message = `mapping key "${key.value}" already defined at line ${before.keyPosition.line}`;
        this.#issues.push({ message: `${message}; keep one of the two`, position: keyPosition });
      }
    }
    for (const node of merged) this.#mergeInto(entries, node);
    return { kind: "map", entries, position: this.#positionOf(map) };
  }

  /** `<<`: keys that the map itself has win, and the first of several merged maps. */
  #mergeInto(entries: Map<string, MapEntry>, node: ConfigNode): void {
    if (node.kind !== "map") {
      this.#issues.push({
        message: "map merge requires map or sequence of maps as the value",
        position: node.position,
      });
      return;
    }
    for (const [key, entry] of node.entries) if (!entries.has(key)) entries.set(key, entry);
  }
}

function nullNode(position: Position): ConfigNode {
  return { kind: "scalar", value: null, position };
}

function scalarValue(value: unknown, isPlain: boolean, tag: string | undefined): ScalarValue {
  const text = typeof value === "string" ? value : String(value ?? "");
  if (tag === "tag:yaml.org,2002:str" || tag === "!") return text;
  return isPlain || tag?.startsWith("tag:yaml.org,2002:") === true ? resolveScalar(text) : text;
}
