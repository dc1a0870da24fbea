import * as v from "valibot";
import type { Findings } from "./config-error.ts";
import { formatPath, type ConfigNode, type ConfigPath, type MapEntry } from "./config-node.ts";
import { foundText, issueText, type IssuePlace } from "./issue-text.ts";
import type { Position } from "./position.ts";
import { isSecretSchema, shape } from "./shape.ts";
import { itemForm, mapForm, type MapForm } from "./schema-forms.ts";

/**
 * Decodes one part of the configuration, the value of the key at `keyPosition`. `undefined` means that its errors were
 * added to `findings`.
 */
export function decodeSection<S extends v.GenericSchema>(
  schema: S,
  entry: MapEntry,
  path: ConfigPath,
  findings: Findings,
): v.InferOutput<S> | undefined {
  const before = findings.count;
  const result = v.safeParse(schema, shape(entry.value, schema, path, findings));
  const wrong = findings.pathsSince(before);
  for (const issue of (result.issues ?? []).flatMap(mostExact)) {
    const isRule = issue.type === "check" || issue.type === "raw_check";
    // What a rule over several keys misses may be the very key that is misspelt.
    const place = findPlace(entry, schema, issue.path ?? []);
    const whole = formatPath([...path, ...place.path]);
    if (isRule && wrong.some((one) => isWithin(one, whole) || isWithin(whole, one))) continue;
    const named = isRule ? namedKey(issue.message, place) : undefined;
    const text = issueText(issue, { ...place, path: [...path, ...place.path] }) + (named?.found ?? "");
    const phase = isRule ? "validate" : "unmarshal";
    const position = named?.position ?? place.position;
    const options = { noExcerpt: named?.isSecret ?? place.isSecret };
    findings.add(phase, whole, text, position, options);
  }
  return result.success && findings.count === before ? result.output : undefined;
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}::`);
}

type Issue = v.BaseIssue<unknown>;

/** Of a union whose one alternative fits but for something inside it, the issue inside. */
function mostExact(issue: Issue): readonly Issue[] {
  const inner = issue.type === "union" ? (issue.issues ?? []).filter((one) => one.path !== undefined) : [];
  if (inner.length === 0) return [issue];
  return inner.map((one): Issue => {
    const path = [...(issue.path ?? []), ...(one.path ?? [])] as unknown as NonNullable<Issue["path"]>;
    return { ...one, path };
  });
}

/** A rule over a whole section often begins with the key that it is about: that is the place to mend. */
function namedKey(
  message: string,
  { node, schema }: Place,
): { readonly found: string; readonly position: Position; readonly isSecret: boolean } | undefined {
  const [, quote, key = ""] = /^(['"`]?)([a-z][a-z0-9_]*)\1(?=[ .])/.exec(message) ?? [];
  const entry = node?.kind === "map" ? node.entries.get(key) : undefined;
  const child = (schema && mapForm(schema))?.entries[key];
  if (quote === undefined || entry === undefined || child === undefined) return undefined;
  const isSecret = isSecretSchema(child);
  const isShown = !isSecret && entry.value.kind === "scalar" && !message.includes("found");
  return { found: isShown ? foundText(entry.value) : "", position: placeOf(entry), isSecret };
}

interface Place extends IssuePlace {
  readonly path: ConfigPath;
  /** Of the value, or of the nearest key above it that is written. */
  readonly position: Position;
  readonly schema: v.GenericSchema | undefined;
}

function findPlace(entry: MapEntry, rootSchema: v.GenericSchema, items: readonly { readonly key?: unknown }[]): Place {
  let node: ConfigNode | undefined = entry.value;
  let position = placeOf(entry);
  let schema: v.GenericSchema | undefined = rootSchema;
  let isSecret = false;
  const path: (string | number)[] = [];
  for (const { key } of items) {
    if (typeof key === "number") {
      schema = schema && itemForm(schema);
      // A list written as `a,b` is one text: its items have no place of their own.
      if (node?.kind === "scalar") break;
      path.push(key);
      node = node?.kind === "list" ? node.items[key] : undefined;
      position = node?.position ?? position;
    } else {
      const name = String(key);
      const written: string | undefined = node?.kind === "map" ? writtenKey(node.entries.keys(), name) : undefined;
      const form: MapForm | undefined = schema && mapForm(schema);
      schema = form?.entries[written ?? name] ?? form?.rest;
      path.push(written ?? name);
      const child: MapEntry | undefined =
        node?.kind === "map" && written !== undefined ? node.entries.get(written) : undefined;
      node = child?.value;
      if (child !== undefined) position = placeOf(child);
    }
    isSecret ||= schema !== undefined && isSecretSchema(schema);
  }
  const keys = Object.keys((schema && mapForm(schema))?.entries ?? {});
  return { path, node, position, isSecret, keys, schema };
}

/** A map is pointed at by its key: its own first line is that of some key inside. */
function placeOf({ keyPosition, value }: MapEntry): Position {
  return value.kind === "map" ? keyPosition : value.position;
}

/** A rule over several keys may name one as code does (`sendBatchSize`), and a file may have it in another case. */
function writtenKey(written: Iterable<string>, name: string): string | undefined {
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  let other: string | undefined;
  for (const key of written) {
    if (key === name) return key;
    if (key === snake || key.toLowerCase() === name.toLowerCase()) other = key;
  }
  return other;
}
