import type { BaseIssue } from "valibot";
import { typeName, type ConfigNode, type ConfigPath } from "./config-node.ts";
import { nearestName, suggestion } from "./nearest-name.ts";
import { formatPosition } from "./position.ts";

const goTypes: Readonly<Record<string, readonly [name: string, remedy: string]>> = {
  number: ["int", "write a number"],
  boolean: ["bool", "write true or false"],
  string: ["string", "put the value in quotes"],
};

/** The place that a complaint is about. */
export interface IssuePlace {
  /** `undefined` for a key that is not written. */
  readonly node: ConfigNode | undefined;
  readonly isSecret: boolean;
  /** Keys that may stand there, if a map may. */
  readonly keys: readonly string[];
  readonly path: ConfigPath;
}

/** A schema's complaint in upstream's words where it has some, with what was found and what is allowed. */
export function issueText(issue: BaseIssue<unknown>, { node, isSecret, keys, path }: IssuePlace): string {
  const found = isSecret ? "" : foundText(node);
  const hint = node === undefined ? "" : slipHint(node, keys);
  // A message that does not begin like the library's own was written for this field.
  if (!issue.message.startsWith("Invalid ")) return ownMessage(issue, node, found) + hint;
  if (node === undefined && issue.input === undefined) return "is required";
  switch (issue.type) {
    case "number":
    case "boolean":
    case "string": {
      const [name, usual] = goTypes[issue.type] ?? [issue.type, ""];
      const isPort = issue.type === "string" && path.at(-1) === "endpoint" && typeof issue.input === "number";
      const remedy = isPort ? `write host and port, such as localhost:${String(issue.input)}` : usual;
      return `expected type '${name}', got unconvertible type '${goType(node)}'${found}; ${remedy}${hint}`;
    }
    case "array":
      return `source data must be an array or slice, got ${goType(node)}${found}; write a list such as [a, b]${hint}`;
    case "strict_object":
    case "loose_object":
    case "object":
    case "record":
      return node === undefined ? "is required" : mapExpected(node, keys, found);
    case "picklist": {
      const words = pickList(issue);
      const text = hint !== "" ? hint : typeof issue.input === "string" ? suggestion(issue.input, words) : "";
      return `invalid value${found === "" ? emptyText(node) : found.replace(", found", "")}${text} (valid values: ${words.join(", ")})`;
    }
    case "safe_integer":
    case "integer":
      return `must be a whole number${found}`;
    case "min_value":
      return `must be at least ${String(issue.requirement)}${found}`;
    case "max_value":
      return `must be at most ${String(issue.requirement)}${found}`;
    case "finite":
      return `must be a finite number${found}`;
    default:
      return `expected ${alternatives(issue.expected)}, got ${goType(node)}${found}${hint}`;
  }
}

/** Complaint about something that is no map where one belongs. */
export function mapExpected(node: ConfigNode, keys: readonly string[], found = foundText(node)): string {
  const hint = node.kind === "list" ? listHint(node.items) : slipHint(node, keys);
  return `expected a map or struct, got "${goType(node)}"${found}${hint === "" ? "; write keys below it" : hint}`;
}

function ownMessage(issue: BaseIssue<unknown>, node: ConfigNode | undefined, found: string): string {
  if (issue.kind === "schema") {
    const isMap = node?.kind === "map" && issue.message === "Expected a list";
    const instead = isMap ? `; write [${[...node.entries.keys()].join(", ")}]` : "";
    const got = found === "" && node !== undefined ? `, got ${goType(node)}${instead}` : found;
    return `${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}${got}`;
  }
  const isExpectedNew = issue.expected !== null && !issue.message.includes(issue.expected);
  return isExpectedNew && issue.type === "raw_transform"
    ? `${issue.message}; expected ${issue.expected}`
    : issue.message;
}

/** A map written as a list: of names, or of maps with one key each. */
export function listHint(items: readonly ConfigNode[]): string {
  const names = items.flatMap((item) => (item.kind === "scalar" && typeof item.value === "string" ? [item.value] : []));
  if (names.length > 0 && names.length === items.length) {
    return `; write keys, without brackets or dashes: ${names.map((name) => `"${name}:"`).join(", ")}`;
  }
  return items.length > 0 && items.every((item) => item.kind === "map") ? "; leave out the dashes" : "";
}

function pickList(issue: BaseIssue<unknown>): readonly string[] {
  // `("a" | "b")`: the list itself is not part of the issue.
  return [...(issue.expected ?? "").matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? "");
}

const plainNames: Readonly<Record<string, string>> = {
  Object: "a map",
  Array: "a list",
  string: "text",
  number: "a number",
  boolean: "true or false",
};

/** `(string | Array)` in words. */
function alternatives(expected: string | null): string {
  const names = (expected ?? "").replaceAll(/[()]/g, "").split(" | ");
  return names.map((name) => plainNames[name] ?? name).join(" or ");
}

function goType(node: ConfigNode | undefined): string {
  return node === undefined ? "nil" : typeName(node);
}

const maxShown = 60;

/** `, found "x" from ${env:X}`; empty if there is nothing to show. */
export function foundText(node: ConfigNode | undefined): string {
  if (node === undefined || node.kind !== "scalar" || node.value === null) return "";
  if (node.notYaml !== undefined) {
    const { message, position } = node.notYaml;
    return ` from ${node.via}, which is no YAML: ${formatPosition(position)}: ${message}`;
  }
  const text = JSON.stringify(node.value);
  const shown = text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
  return node.via === undefined ? `, found ${shown}` : `, found ${shown} from ${node.via}`;
}

/** What an unset or empty variable gives. */
function emptyText(node: ConfigNode | undefined): string {
  return node?.via === undefined ? "" : ` "" from ${node.via}`;
}

/** `endpoint:localhost` and `-a` are text to YAML: the slip is a missing space. An address alone lacks its key. */
function slipHint(node: ConfigNode, keys: readonly string[]): string {
  if (node.kind !== "scalar" || typeof node.value !== "string") return "";
  const [, key, value] = /^([A-Za-z_][\w/]*):(?!\/\/)(\S.*)$/.exec(node.value) ?? [];
  if (key !== undefined && nearestName(key, keys) !== undefined) {
    return `; a space is missing after the colon: write "${key}: ${value}"`;
  }
  if (keys.includes("endpoint") && /:\d+$/.test(node.value)) return `; write "endpoint: ${node.value}" below it`;
  if (/^[“”„‟‘’‚‛]/.test(node.value)) return "; typographic quotes are part of the text: write plain ones";
  return /^-\w/.test(node.value) ? "; a space is missing after the dash" : "";
}
