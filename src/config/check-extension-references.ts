import type { GenericSchema } from "valibot";
import type { Findings } from "./config-error.ts";
import { childOf, formatPath, type ConfigNode, type ConfigPath } from "./config-node.ts";
import type { Draft, InUse } from "./cross-check.ts";
import { normalizeId } from "./decode-pipelines.ts";
import { suggestion } from "./nearest-name.ts";
import { mapForm, notesOf } from "./schema-forms.ts";

interface Extensions {
  readonly configured: ReadonlySet<string>;
  /** Those that `service::extensions` starts. */
  readonly started: ReadonlySet<string>;
}

/**
 * Whether the extensions that components name, by keys such as `sending_queue::storage`, will be there: otherwise the
 * start would fail.
 */
export function checkExtensionReferences({ top, components }: Draft, inUse: InUse, findings: Findings): void {
  const there = { configured: new Set(components.extensions.positions.keys()), started: inUse.extensions };
  for (const { section, factories } of Object.values(components)) {
    const written = top.entries.get(section)?.value;
    for (const id of inUse[section]) {
      const schema = factories.get(id)?.config;
      if (schema !== undefined) checkBelow(childOf(written, id), schema, [section, id], there, findings);
    }
  }
}

function checkBelow(
  node: ConfigNode | undefined,
  schema: GenericSchema,
  path: ConfigPath,
  there: Extensions,
  findings: Findings,
): void {
  const form = node?.kind === "map" ? mapForm(schema) : undefined;
  if (node?.kind !== "map" || form === undefined) return;
  for (const [key, { value }] of node.entries) {
    const child = form.entries[key];
    if (child === undefined) continue;
    if (notesOf(child).refersTo !== "extension") {
      checkBelow(value, child, [...path, key], there, findings);
    } else if (value.kind === "scalar" && typeof value.value === "string" && value.value !== "") {
      const problem = problemOf(normalizeId(value.value), there);
      if (problem !== undefined) findings.add("validate", formatPath([...path, key]), problem, value.position);
    }
  }
}

function problemOf(id: string, { configured, started }: Extensions): string | undefined {
  if (started.has(id)) return undefined;
  if (configured.has(id)) return `references extension "${id}" which is not started; add it to service::extensions`;
  const names = [...configured];
  const nearest = suggestion(id, names);
  const hint = nearest === "" ? "; write it under extensions, and in service::extensions" : nearest;
  return `references extension "${id}" which is not configured${hint}`;
}
