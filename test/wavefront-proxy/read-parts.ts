import type { Annotation } from "./verdict.ts";
import type { Tokens } from "./tokens.ts";

const decimal = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/;

/** A number as Java reads it: `NaN` and `Infinity` are words, `+Inf` is not. */
export function readNumber(token: string | undefined): number | undefined {
  if (token === undefined || !decimal.test(token.trim())) return undefined;
  return Number(token.trim().replace(/(?<=[\d.])[fFdD]$/, ""));
}

export function readCount(token: string | undefined): number | undefined {
  if (token === undefined || !/^[+-]?\d+$/.test(token)) return undefined;
  const count = Number(token);
  return Math.abs(count) <= 2_147_483_647 ? count : undefined;
}

/** Whole number at the next token, or `undefined` without moving when no digit stands there. */
export function readOptionalTimestamp(tokens: Tokens): number | undefined {
  if (!/^\d/.test(tokens.peek() ?? "")) return undefined;
  const token = tokens.next();
  const value = readNumber(token);
  if (value === undefined) throw new Error(`Invalid timestamp value: ${token}`);
  return value;
}

export function readTimestamp(tokens: Tokens): number {
  const value = readOptionalTimestamp(tokens);
  if (value === undefined) throw new Error(`Expected timestamp, found ${tokens.peek() ?? "end of line"}`);
  return Math.trunc(value);
}

/** Milliseconds; the number of digits tells seconds, milliseconds, microseconds and nanoseconds apart. */
export function toMillis(timestamp: number): number {
  if (timestamp < 1e12) return Math.trunc(timestamp * 1000);
  if (timestamp < 1e13) return Math.trunc(timestamp);
  return Math.trunc(timestamp < 1e16 ? timestamp / 1e3 : timestamp / 1e6);
}

/** `key=value` pairs to the end, or until `isEnd` says so. */
export function readTags(tokens: Tokens, isEnd: (token: string) => boolean = () => false): Annotation[] {
  const tags: Annotation[] = [];
  for (let key = tokens.peek(); key !== undefined && !isEnd(key); key = tokens.peek()) {
    tokens.next();
    const sign = tokens.next();
    if (sign === undefined) throw new Error(`Tag keys and values must be separated by '=', nothing after '${key}'`);
    if (sign !== "=") throw new Error(`Tag keys and values must be separated by '=', found ${sign}`);
    const value = tokens.next();
    if (value === undefined) throw new Error(`Value missing for ${key}`);
    tags.push({ key, value });
  }
  return tags;
}
