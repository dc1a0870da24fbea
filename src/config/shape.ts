import type { GenericSchema } from "valibot";
import { duration, headers, secret } from "../component/fields.ts";
import { formatDuration } from "../duration/format-duration.ts";
import type { Findings } from "./config-error.ts";
import { formatPath, type ConfigNode, type ConfigPath, type MapEntry } from "./config-node.ts";
import { mapExpected } from "./issue-text.ts";
import { suggestion } from "./nearest-name.ts";
import { formatPosition } from "./position.ts";
import { misplacedKey, renamedKey, type Level } from "./misplaced-key.ts";
import { deprecationOf, itemForm, mapForm, validKeys, wantsText, type MapForm } from "./schema-forms.ts";

/** Keys that are listed beside a hint. */
const maxListed = 8;

/**
 * The plain value that a schema decodes, made with the schema in view, because three rules need both: unknown keys are
 * named with the nearest known one, keys in another letter case are accepted with a notice, and text fields take the
 * original text of what a reference gave. A wrong type is left to the schema.
 */
export function shape(
  node: ConfigNode,
  schema: GenericSchema,
  path: ConfigPath,
  findings: Findings,
  outer: readonly Level[] = [],
): unknown {
  if (node.text !== undefined && wantsText(schema)) return node.text;
  if (node.kind === "scalar") {
    if (typeof node.value === "number" && node.value !== 0 && isMadeOf(schema, duration))
      noteNanoseconds(node.value, node, path, findings);
    return node.value;
  }
  if (node.kind === "list") {
    const item = itemForm(schema);
    const map = item === undefined ? mapForm(schema) : undefined;
    if (map !== undefined) {
      // To the schema library a list is an object, and an empty one has no wrong key.
      findings.add("unmarshal", formatPath(path), mapExpected(node, Object.keys(map.entries)), node.position);
      return null;
    }
    return node.items.map((child, index) =>
      item === undefined ? plainValue(child) : shape(child, item, [...path, index], findings, outer),
    );
  }
  const form = mapForm(schema);
  if (form === undefined) return plainValue(node);
  const result: Record<string, unknown> = {};
  const unknown: [string, MapEntry][] = [];
  for (const [key, entry] of node.entries) {
    const known = knownKey(key, form);
    const child = known === undefined ? form.rest : form.entries[known];
    if (child === undefined) {
      unknown.push([key, entry]);
      continue;
    }
    const name = known ?? key;
    if (known !== undefined && known !== key) {
      if (node.entries.has(known)) {
        const message = `keys "${key}" and "${known}" are the same; keep one of the two`;
        findings.add("unmarshal", formatPath(path), message, entry.keyPosition);
        continue;
      }
      const where = `${formatPosition(entry.keyPosition)} ${formatPath(path)}`;
      findings.notice(`${where}: key "${key}" is accepted, write "${known}": letter case matters now`);
    }
    const old = deprecationOf(child);
    if (old !== undefined) {
      findings.notice(`${formatPosition(entry.keyPosition)} ${formatPath([...path, name])}: ${old}`);
    }
    define(result, name, shape(entry.value, child, [...path, name], findings, [...outer, { path, form }]));
  }
  if (unknown.length > 0) reportUnknown(unknown, form, path, findings, outer);
  return result;
}

/** Whether the place holds a secret, so that neither its value nor its line may be shown. */
export function isSecretSchema(schema: GenericSchema): boolean {
  return isMadeOf(schema, secret) || isMadeOf(schema, headers);
}

/** Whether `schema` is `part`, looked at through pipes and wrappers. */
export function isMadeOf(schema: GenericSchema, part: GenericSchema): boolean {
  if (schema === part) return true;
  if ("pipe" in schema && Array.isArray(schema.pipe)) {
    return (schema.pipe as GenericSchema[]).some((item) => isMadeOf(item, part));
  }
  return "wrapped" in schema && isMadeOf(schema.wrapped as GenericSchema, part);
}

/** Legal, but hardly ever meant. */
function noteNanoseconds(value: number, node: ConfigNode, path: ConfigPath, findings: Findings): void {
  const where = `${formatPosition(node.position)} ${formatPath(path)}`;
  findings.notice(
    `${where}: a number is nanoseconds, this is ${formatDuration(value / 1e6)}; write a unit, such as 10s`,
  );
}

export function plainValue(node: ConfigNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plainValue);
  const result: Record<string, unknown> = {};
  for (const [key, entry] of node.entries) define(result, key, plainValue(entry.value));
  return result;
}

/** `__proto__` is a key like any other. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function knownKey(key: string, form: MapForm): string | undefined {
  if (Object.hasOwn(form.entries, key)) return key;
  // Where any key may stand, another letter case is another key.
  if (form.rest !== undefined) return undefined;
  const lower = key.toLowerCase();
  return Object.keys(form.entries).find((name) => name.toLowerCase() === lower);
}

function reportUnknown(
  unknown: readonly [string, MapEntry][],
  form: MapForm,
  path: ConfigPath,
  findings: Findings,
  outer: readonly Level[],
): void {
  const valid = validKeys(form);
  for (const [key, entry] of unknown) {
    const allowed = valid.length === 0 ? "no keys are valid here" : `valid keys: ${valid.join(", ")}`;
    const hint = misplacedKey(key, { path, form }, outer) ?? renamedKey(key, form) ?? suggestion(key, valid);
    // With a long list nobody would see the hint.
    const isEnough = hint !== "" && valid.length > maxListed;
    const message = `has invalid keys: ${key}${hint}${isEnough ? "" : ` (${allowed})`}`;
    findings.add("unmarshal", formatPath(path), message, entry.keyPosition);
  }
}
