/** The part `${…}` of a value; `start` and `end` are offsets into it. */
export interface Reference {
  readonly start: number;
  readonly end: number;
  /** Between the braces. */
  readonly uri: string;
}

/**
 * The reference to replace next: the innermost one before the first `}` that closes one. None, if that one is escaped:
 * what stands behind an escaped reference stays as it is (reference §2.2).
 */
export function findReference(text: string): Reference | undefined {
  for (let from = 0; ;) {
    const close = text.indexOf("}", from);
    if (close < 0) return undefined;
    const open = text.lastIndexOf("${", close);
    if (open >= from) {
      // `$$` is a dollar sign: an odd number of them before `${` takes that one's `$` too.
      let dollars = 0;
      while (open - dollars - 1 >= 0 && text[open - dollars - 1] === "$") dollars++;
      return dollars % 2 === 1 ? undefined : { start: open, end: close + 1, uri: text.slice(open + 2, close) };
    }
    from = close + 1;
  }
}
