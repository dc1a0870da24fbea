import { createHash } from "node:crypto";
import { digestOf, isSameSecret } from "../../net/same-secret.ts";
import { md5Crypt } from "./md5-crypt.ts";

/** Whether a password is the right one. */
export type Verifier = (password: string) => boolean;

/** Longer passwords are not right; a check of MD5-crypt reads them a thousand times. */
const maxPasswordBytes = 1024;

/**
 * Entries of an htpasswd file, a `name:password` a line; a later one replaces an earlier of the same name. Passwords may be
 * MD5-crypt (`$apr1$`, `$1$`), `{SHA}`, `{SSHA}` or plain. Throws about lines that are none of these, by their number alone:
 * what stands in them may be a password.
 */
export function parseHtpasswd(text: string, source: string): ReadonlyMap<string, Verifier> {
  const users = new Map<string, Verifier>();
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    const problem = colon <= 0 ? "it is not name:password" : unsupportedHash(line.slice(colon + 1));
    if (problem !== undefined) throw new Error(`Cannot use line ${index + 1} of ${source}: ${problem}`);
    users.set(line.slice(0, colon), verifierOf(line.slice(colon + 1)));
  }
  return users;
}

function unsupportedHash(hash: string): string | undefined {
  const change = "make the entry with `htpasswd -m` (MD5) or `openssl passwd -apr1`";
  if (/^\$2[abxy]?\$/.test(hash)) return `bcrypt is not supported; ${change}`;
  if (/^\$(apr1|1)\$[^$]*\$[./0-9A-Za-z]{22}$/.test(hash)) return undefined;
  // As a plain password the hash itself would open the door.
  if (/^\$[0-9a-z]+\$/.test(hash)) return `its password is a hash of a kind that is not supported; ${change}`;
  if (hash.startsWith("{SHA}") && Buffer.from(hash.slice(5), "base64").length !== 20)
    return "its {SHA} is not 20 bytes";
  if (hash.startsWith("{SSHA}") && Buffer.from(hash.slice(6), "base64").length <= 20) return "its {SSHA} has no salt";
  return hash === "" ? "its password is empty" : undefined;
}

function verifierOf(hash: string): Verifier {
  const [, magic, salt] = /^\$(apr1|1)\$([^$]*)\$/.exec(hash) ?? [];
  if (magic !== undefined && salt !== undefined) {
    const expected = digestOf(hash.slice(hash.lastIndexOf("$") + 1));
    return short((password) => isSameSecret(expected, digestOf(md5Crypt(password, salt, `$${magic}$`))));
  }
  if (hash.startsWith("{SHA}")) return sha1Verifier(Buffer.from(hash.slice(5), "base64"));
  if (hash.startsWith("{SSHA}")) return sha1Verifier(Buffer.from(hash.slice(6), "base64"));
  const expected = digestOf(hash);
  return short((password) => isSameSecret(expected, digestOf(password)));
}

/** `bytes`: the SHA-1, followed by the salt, if any. */
function sha1Verifier(bytes: Buffer): Verifier {
  const expected = bytes.subarray(0, 20);
  const salt = bytes.subarray(20);
  return short((password) => isSameSecret(expected, createHash("sha1").update(password).update(salt).digest()));
}

function short(verifier: Verifier): Verifier {
  return (password) => Buffer.byteLength(password) <= maxPasswordBytes && verifier(password);
}
