import { readFileSync } from "node:fs";
import path from "node:path";

const folder = path.join(import.meta.dirname, "../../fixtures/tls");

/** Path of a file in test/fixtures/tls, such as `ca.pem`. */
export function tlsFile(name: string): string {
  return path.join(folder, name);
}

export function tlsPem(name: string): Buffer {
  return readFileSync(tlsFile(name));
}
