/** What a proxy ships with. Lengths are UTF-16 units; the backend of an account can set others. */
export interface Limits {
  readonly metricName: number;
  readonly histogramName: number;
  readonly spanName: number;
  readonly source: number;
  readonly pointTags: number;
  /** Key and value together, exclusive. */
  readonly pointTag: number;
  readonly pointTagKey: number;
  readonly spanTags: number;
  readonly spanTagKey: number;
  readonly spanTagValue: number;
  readonly pointAgeMs: number;
  readonly aheadMs: number;
}

export const defaultLimits: Limits = {
  metricName: 1023,
  histogramName: 1023,
  spanName: 128,
  source: 1023,
  pointTags: 100,
  pointTag: 255,
  pointTagKey: 253,
  spanTags: 20,
  spanTagKey: 128,
  spanTagValue: 128,
  pointAgeMs: 8760 * 3_600_000,
  aheadMs: 24 * 3_600_000,
};

/**
 * Characters of metric names and tag keys: letters, digits, `,` `-` `.` `/` `_`; the first may also be `~` or one of the
 * two delta signs, and `~` may follow a delta sign.
 */
export function isValidName(name: string): boolean {
  return /^(?:~|[∆Δ]~?)?[,-9A-Z_a-z]*$/.test(name) && name !== "";
}

/** Java's idea of white space: no-break spaces do not count, the four separator controls do. */
export function isWhitespace(character: string): boolean {
  const code = character.charCodeAt(0);
  if ((code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x20)) return true;
  return /^[\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]/.test(character);
}

export function isBlank(text: string): boolean {
  return [...text].every(isWhitespace);
}
