import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import path from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

export type Scheme = "file" | "env" | "yaml";

export interface Uri {
  readonly scheme: Scheme;
  readonly opaque: string;
}

/** What stands behind a URI. */
export interface Retrieved {
  readonly text: string;
  /** For an environment variable without default: whether it is there at all, or only empty. */
  readonly state: "set" | "empty" | "unset";
}

const schemePattern = /^([A-Za-z][A-Za-z0-9+.-]+):([^]*)$/;
const variablePattern = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Scheme and rest of `scheme:opaque`; `undefined` without a scheme. Throws for one that is not known. */
export function parseUri(text: string, unknownScheme: (scheme: string) => string): Uri | undefined {
  const match = schemePattern.exec(text);
  if (match === null) return undefined;
  const [, scheme = "", opaque = ""] = match;
  if (scheme !== "file" && scheme !== "env" && scheme !== "yaml") throw new Error(unknownScheme(scheme));
  return { scheme, opaque };
}

/** Reads what the URI names. Throws with upstream's words, for the user. */
export async function retrieve(uri: Uri, environment: Environment): Promise<Retrieved> {
  switch (uri.scheme) {
    case "file":
      return { text: await readText(path.normalize(uri.opaque)), state: "set" };
    case "yaml":
      return { text: uri.opaque, state: "set" };
    case "env":
      return readVariable(uri.opaque, environment);
  }
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new Error(`unable to read the file file:${file}: ${describeFileError(error)}`, { cause: error });
  }
  if (!isUtf8(bytes)) throw new Error(`unable to read the file file:${file}: it is not UTF-8 text; save it as UTF-8`);
  return bytes.toString("utf8");
}

function describeFileError(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return `no such file (working directory ${process.cwd()})`;
  if (code === "EISDIR") return "it is a directory";
  if (code === "EACCES") return "permission denied";
  return error instanceof Error ? error.message : String(error);
}

function readVariable(opaque: string, environment: Environment): Retrieved {
  const split = opaque.indexOf(":-");
  const name = split < 0 ? opaque : opaque.slice(0, split);
  if (!variablePattern.test(name)) {
    throw new Error(
      `environment variable ${JSON.stringify(name)} has invalid name: must match regex ${variablePattern.source}`,
    );
  }
  // An own property only: `${constructor}` is an unset variable.
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value === undefined) {
    return split < 0 ? { text: "", state: "unset" } : { text: opaque.slice(split + 2), state: "set" };
  }
  return { text: value, state: value === "" ? "empty" : "set" };
}
