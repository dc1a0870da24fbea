/** An HTTP date has the name of a month; `Date.parse` alone would take numbers for years. */
const dateShape = /^[A-Za-z]{3,9},? .*\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b/;

/** The delay, in ms, that a `Retry-After` header asks for: seconds or an HTTP date. `undefined` if it is neither, or past. */
export function parseRetryAfter(text: string | undefined, nowUnixMs: number): number | undefined {
  const trimmed = text?.trim() ?? "";
  if (/^\d{1,10}$/.test(trimmed)) return Number(trimmed) * 1000 || undefined;
  if (!dateShape.test(trimmed)) return undefined;
  const delayMs = Date.parse(trimmed) - nowUnixMs;
  return delayMs > 0 ? delayMs : undefined;
}
