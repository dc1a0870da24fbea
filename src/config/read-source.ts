import { Findings } from "./config-error.ts";
import { isEmpty, typeName, type MapEntry, type MapNode } from "./config-node.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { Position } from "./position.ts";
import { parseUri, retrieve, schemes, sourceName, type Environment, type Uri } from "./retrieve.ts";

/** One `--config` or `--set`, in the order in which they are laid over each other. */
export interface ConfigSource {
  /** `file:`, `env:`, `yaml:`, `http:` or `https:` URI; a text without scheme is a path. */
  readonly uri: string;
  /** What messages call it, if not by its path or URI. */
  readonly name?: string;
}

/** The path of a source that is a file. */
export function fileOf({ uri }: ConfigSource): string | undefined {
  try {
    const { scheme, opaque } = parseSourceUri(uri);
    return scheme === "file" ? opaque : undefined;
  } catch {
    return undefined;
  }
}

/** Reads and parses one source. `undefined` means that the reason was added to `findings`. */
export async function readSource(
  source: ConfigSource,
  environment: Environment,
  findings: Findings,
): Promise<MapNode | undefined> {
  const fail = (message: string, position?: Position): undefined => {
    findings.add("resolve", "", message, position);
    return undefined;
  };
  let uri: Uri;
  let text: string;
  try {
    uri = parseSourceUri(source.uri);
    text = (await retrieve(uri, environment)).text;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  const name = source.name ?? (uri.scheme === "yaml" ? shortened(source.uri) : sourceName(uri));
  findings.addText(name, text.replace(/^\uFEFF/, ""));
  const { node, issues, ignoredDocuments } = parseYaml(text, name);
  for (const issue of issues) fail(issue.message, issue.position);
  if (node === undefined) return undefined;
  if (ignoredDocuments > 0)
    findings.notice(`${name}: only the first of ${ignoredDocuments + 1} YAML documents is used`);
  if (isEmpty(node)) return { kind: "map", entries: new Map(), position: node.position };
  if (node.kind !== "map") {
    return fail(`expected a map with keys such as receivers and service, got "${typeName(node)}"`, node.position);
  }
  return uri.scheme === "yaml" ? splitKeys(node) : node;
}

/** Messages are lines: of a whole text its beginning is enough. */
function shortened(uri: string): string {
  const [line = ""] = uri.split(/\r?\n/, 1);
  return line.length > 60 || line !== uri ? `${line.slice(0, 60)}…` : line;
}

/** On the command line a path may stand alone, also one that begins with a drive letter. */
function parseSourceUri(text: string): Uri {
  const uri = parseUri(text, () => `unsupported scheme on URI "${text}" (valid schemes: ${schemes.join(", ")})`);
  return uri ?? { scheme: "file", opaque: text };
}

/** `a::b::c: value`, as `--set` writes it, is nested maps. */
function splitKeys(node: MapNode): MapNode {
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries) {
    const [first = "", ...rest] = key.split("::");
    let value = entry.value;
    for (const part of rest.toReversed()) {
      value = { kind: "map", position: entry.keyPosition, entries: new Map([[part, { ...entry, value }]]) };
    }
    entries.set(first, { ...entry, value });
  }
  return { ...node, entries };
}
