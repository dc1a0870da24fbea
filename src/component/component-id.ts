/** Kinds of component, in start-up vocabulary and in upstream's `otelcol.component.kind`. */
export type ComponentKind = "receiver" | "processor" | "exporter" | "connector" | "extension";

const typePattern = /^[a-zA-Z][0-9a-zA-Z_]{0,62}$/;
// Unicode separators, control and symbol characters, as upstream excludes them from names.
const forbiddenInName = /[\p{Z}\p{C}\p{S}]/u;
const maxNameLength = 1024;

/** `type` or `type/name`, as written in the configuration. The name may itself contain `/`. */
export interface ComponentId {
  readonly type: string;
  readonly name: string;
  /** The whole id as users write it; the label in logs and metrics. */
  readonly text: string;
}

/** Throws with upstream's words when `text` is not an id. */
export function parseComponentId(text: string): ComponentId {
  const slash = text.indexOf("/");
  const type = (slash < 0 ? text : text.slice(0, slash)).trim();
  const name = slash < 0 ? "" : text.slice(slash + 1).trim();
  if (text.trim() === "") throw new Error("id must not be empty");
  if (slash >= 0 && type === "") throw new Error(`in "${text}" id: the part before / should not be empty`);
  if (slash >= 0 && name === "") throw new Error(`in "${text}" id: the part after / should not be empty`);
  if (!typePattern.test(type)) throw new Error(`in "${text}" id: invalid character(s) in type "${type}"`);
  if (name.length > maxNameLength) {
    throw new Error(
      `in "${text}" id: name "${name}" is longer than ${maxNameLength} characters (${name.length} characters)`,
    );
  }
  if (forbiddenInName.test(name)) throw new Error(`in "${text}" id: invalid character(s) in name "${name}"`);
  return { type, name, text: name === "" ? type : `${type}/${name}` };
}
