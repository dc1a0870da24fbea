import { isUtf8 } from "node:buffer";
import { open } from "node:fs/promises";
import path from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

export const schemes = ["env", "file", "http", "https", "yaml"] as const;

export type Scheme = (typeof schemes)[number];

/** Far above what people write; a device or a wrong URL must not fill the memory. */
const maxSourceBytes = 4 << 20;

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
  const known = schemes.find((one) => one === scheme);
  if (known === undefined) throw new Error(unknownScheme(scheme));
  return { scheme: known, opaque };
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
    case "http":
    case "https": {
      const { fetchSource } = await import("./fetch-source.ts");
      const url = `${uri.scheme}:${uri.opaque}`;
      const name = sourceName(uri);
      return { text: toText(await fetchSource(url, maxSourceBytes), `unable to read ${name}`), state: "set" };
    }
  }
}

/** What messages call the text behind a URI: what the user could open to see it. */
export function sourceName({ scheme, opaque }: Uri): string {
  if (scheme === "file") return opaque;
  // A name and password in a URL are for the server, not for the console.
  return `${scheme}:${scheme === "http" || scheme === "https" ? opaque.replace(/^\/\/[^/?#]*@/, "//") : opaque}`;
}

/** Whether the text behind the URI has lines that the user can open and mend. */
export function hasLines({ scheme }: Uri): boolean {
  return scheme === "file" || scheme === "http" || scheme === "https";
}

async function readText(file: string): Promise<string> {
  const problem = `unable to read the file file:${file}`;
  let bytes: Buffer;
  try {
    bytes = await readBounded(file);
  } catch (error) {
    throw new Error(`${problem}: ${describeFileError(error)}`, { cause: error });
  }
  return toText(bytes, problem);
}

/** The size of a device or pipe is only known when it has been read. */
async function readBounded(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const chunks: Buffer[] = [];
    for (let total = 0; ;) {
      const { buffer, bytesRead } = await handle.read({
        buffer: Buffer.allocUnsafe(Math.max(4096, Math.min(size, maxSourceBytes) + 1 - total)),
      });
      if (bytesRead === 0) return Buffer.concat(chunks, total);
      chunks.push(buffer.subarray(0, bytesRead));
      total += bytesRead;
      if (total > maxSourceBytes) throw new Error(`it is larger than the limit of ${maxSourceBytes} bytes`);
    }
  } finally {
    await handle.close();
  }
}

function toText(bytes: Buffer, problem: string): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  throw new Error(`${problem}: it is ${isUtf16 ? "UTF-16" : "not UTF-8"} text; save it as UTF-8`);
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
