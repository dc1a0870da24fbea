import { hash } from "node:crypto";

/** Sources, with their tags, that are watched; and series of each. */
const maxSources = 64;
const maxSeries = 1024;
/** Senders of one series that are told apart. */
const maxSenders = 8;

interface Source {
  /** Resources whose points have this source and these tags. */
  readonly senders: Set<string>;
  /** Senders of each series, by when they were first met, the last one last. */
  readonly series: Map<string, string[]>;
}

/**
 * Finds cumulative series that several instances send under one source and one set of tags: their points overwrite each
 * other, and rates of them are nonsense. One sender after another is a restart; two that take turns are found when the first
 * one comes again. Each source is found once, and 64 sources of 1024 series are watched.
 */
export class SharedSeries {
  readonly #sources = new Map<string, Source>();
  readonly #found = new Set<string>();

  /** Notes a resource by its id and by how it is written. Answers whether its points have to be looked at. */
  isShared(written: string, id: string): boolean {
    if (this.#found.has(written)) return false;
    let source = this.#sources.get(written);
    if (source === undefined) {
      if (this.#sources.size >= maxSources) this.#forgetOldest();
      source = { senders: new Set(), series: new Map() };
      this.#sources.set(written, source);
    }
    if (source.senders.size < maxSenders) source.senders.add(id);
    return source.senders.size > 1;
  }

  #forgetOldest(): void {
    for (const oldest of this.#sources.keys()) {
      this.#sources.delete(oldest);
      return;
    }
  }

  /** Notes a point of a shared source; `true` if it is the first whose series has two senders at a time. */
  isFound(written: string, id: string, series: string): boolean {
    const source = this.#sources.get(written);
    if (source === undefined) return false;
    const key = hash("sha256", series, "base64");
    const senders = source.series.get(key);
    if (senders === undefined) {
      if (source.series.size < maxSeries) source.series.set(key, [id]);
      return false;
    }
    if (senders.at(-1) === id) return false;
    if (!senders.includes(id)) {
      if (senders.length >= maxSenders) senders.shift();
      senders.push(id);
      return false;
    }
    this.#sources.delete(written);
    if (this.#found.size < maxSources) this.#found.add(written);
    return true;
  }
}
