import { signals } from "../pdata/signal.ts";
import { formatPath, type ConfigPath } from "./config-node.ts";
import { mapForm, type MapForm } from "./schema-forms.ts";

/** A map of the configuration: where it stands, and which keys it takes. */
export interface Level {
  readonly path: ConfigPath;
  readonly form: MapForm;
}

/** How far below a wrong key is looked for. */
const maxDepth = 2;
/** A key that fits everywhere tells nothing. */
const maxPlaces = 3;

/** Where an unknown key would be right, if its name is right: the most common slip is the indentation. */
export function misplacedKey(key: string, here: Level, outer: readonly Level[]): string | undefined {
  const below = [...placesBelow(key, here.form, [], maxDepth)];
  if (below.length > 0 && below.length <= maxPlaces) {
    return `; "${key}" belongs under ${below.map((path) => path.join("::")).join(" or ")}`;
  }
  const level = outer.findLast(({ form }) => Object.hasOwn(form.entries, key));
  if (level !== undefined) return `; "${key}" is a key of ${formatPath(level.path)}: indent it less`;
  const [first] = key.split("/", 1);
  const hasPipelines = Object.hasOwn(here.form.entries, "pipelines");
  return hasPipelines && signals.some((signal) => signal === first)
    ? `; "${key}" belongs under pipelines: indent it more`
    : undefined;
}

function* placesBelow(key: string, form: MapForm, path: readonly string[], depth: number): Iterable<readonly string[]> {
  for (const [name, schema] of Object.entries(form.entries)) {
    const inner = mapForm(schema);
    if (inner === undefined) continue;
    if (Object.hasOwn(inner.entries, key)) yield [...path, name];
    else if (depth > 1) yield* placesBelow(key, inner, [...path, name], depth - 1);
  }
}

/** Keys that had another name, or that people take from a neighbour. */
const renamed: Readonly<Record<string, readonly [key: string, text: string]>> = {
  loglevel: ["verbosity", "verbosity, with basic, normal or detailed"],
  logLevel: ["verbosity", "verbosity, with basic, normal or detailed"],
  tls_settings: ["tls", "tls"],
  ca_file: ["tls", "tls: {ca_file: …}"],
  url: ["endpoint", "endpoint"],
  host: ["endpoint", "endpoint, as host:port"],
  port: ["endpoint", "endpoint, as host:port"],
  queue: ["sending_queue", "sending_queue"],
  retry: ["retry_on_failure", "retry_on_failure"],
  limit: ["limit_mib", "limit_mib or limit_percentage"],
};

export function renamedKey(key: string, form: MapForm): string | undefined {
  const [wanted, text] = (Object.hasOwn(renamed, key) ? renamed[key] : undefined) ?? [];
  return wanted !== undefined && Object.hasOwn(form.entries, wanted) ? `; write ${text}` : undefined;
}
