import type { RequestHeaders } from "./authenticator.ts";

/** Shorter values are not searched for: they stand in ordinary text by chance. */
const shortest = 6;
/** Headers that everybody may know. */
const open: ReadonlySet<string> = new Set(["content-type", "content-encoding", "user-agent"]);

/**
 * Header values of a request that its answer must not bring into the log, each also without its scheme: peers repeat in
 * their errors what they were shown. Longest first, so that no part of one is left.
 */
export function secretValues(headers: RequestHeaders): readonly string[] {
  const values = new Set<string>();
  for (const [name, value] of headers) {
    if (open.has(name.toLowerCase())) continue;
    for (const text of [value, value.slice(value.indexOf(" ") + 1)]) if (text.length >= shortest) values.add(text);
  }
  return [...values].toSorted((a, b) => b.length - a.length);
}

/** `bytes` with asterisks over each of the values; as many as there were bytes, so that a message keeps its form. */
export function maskBytes(bytes: Uint8Array, values: readonly string[]): Uint8Array {
  let masked: Buffer | undefined;
  for (const value of values) {
    const wanted = Buffer.from(value, "utf8");
    if (wanted.length > bytes.length) continue;
    masked ??= Buffer.from(bytes);
    for (let at = masked.indexOf(wanted); at >= 0; at = masked.indexOf(wanted, at)) {
      masked.fill("*", at, at + wanted.length);
    }
  }
  return masked ?? bytes;
}

export function maskText(text: string, values: readonly string[]): string {
  return values.reduce((masked, value) => masked.replaceAll(value, "[REDACTED]"), text);
}
