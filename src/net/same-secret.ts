import { createHash, timingSafeEqual } from "node:crypto";

/** What is kept of a secret to compare with: all of one length, whatever the secret's. */
export function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret, "utf8").digest();
}

/** Compares in a time that does not tell where the texts differ, or how long they are. */
export function isSameSecret(expected: Buffer, given: Buffer): boolean {
  return timingSafeEqual(expected, given);
}
