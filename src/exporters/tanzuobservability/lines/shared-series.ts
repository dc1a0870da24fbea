/** Sources, with their tags, that are watched; and series of each. */
const maxSources = 64;
const maxSeries = 1024;
/** Senders of one series that are told apart. */
const maxSenders = 8;

interface Series {
  /** The second hash of what the series is found by: two series under one key are not mixed up. */
  readonly check: number;
  /** By when they were first met, the last one last. */
  readonly senders: string[];
}

interface Source {
  readonly written: string;
  /** Resources whose points have this source and these tags. */
  readonly senders: Set<string>;
  readonly series: Map<number, Series>;
}

/**
 * Finds cumulative series that several instances send under one source and one set of tags: their points overwrite each
 * other, and rates of them are nonsense. One sender after another is a restart; two that take turns are found when the first
 * one comes again. Each source is found once, and 64 sources of 1024 series are watched.
 */
export class SharedSeries {
  readonly #sources = new Map<string, Source>();
  readonly #found = new Set<string>();
  #source: Source | undefined;
  #sender = "";

  /**
   * Notes a resource by its id and by how it is written; the points that follow are its own. Answers whether they have to
   * be looked at.
   */
  isShared(written: string, id: string): boolean {
    this.#source = undefined;
    if (this.#found.has(written)) return false;
    let source = this.#sources.get(written);
    if (source === undefined) {
      if (this.#sources.size >= maxSources) this.#forgetOldest();
      source = { written, senders: new Set(), series: new Map() };
      this.#sources.set(written, source);
    }
    if (source.senders.size < maxSenders) source.senders.add(id);
    this.#source = source;
    this.#sender = id;
    return source.senders.size > 1;
  }

  #forgetOldest(): void {
    for (const oldest of this.#sources.keys()) {
      this.#sources.delete(oldest);
      return;
    }
  }

  /** Notes a point by two hashes of its series; `true` if it is the first whose series has two senders at a time. */
  isFound(first: number, second: number): boolean {
    const source = this.#source;
    if (source === undefined) return false;
    // Half of the range of a hash, which V8 keeps without an object around it.
    const key = first >> 1;
    const series = source.series.get(key);
    if (series === undefined) {
      if (source.series.size < maxSeries) source.series.set(key, { check: second, senders: [this.#sender] });
      return false;
    }
    if (series.check !== second || !takesTurns(series.senders, this.#sender)) return false;
    this.#sources.delete(source.written);
    this.#source = undefined;
    if (this.#found.size < maxSources) this.#found.add(source.written);
    return true;
  }
}

/** Whether a sender was met before the last one; it is the last one from now on. */
function takesTurns(senders: string[], sender: string): boolean {
  if (senders.at(-1) === sender) return false;
  if (senders.includes(sender)) return true;
  if (senders.length >= maxSenders) senders.shift();
  senders.push(sender);
  return false;
}
