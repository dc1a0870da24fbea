import { isWhitespace } from "./limits.ts";

/**
 * Tokens of a line: text in double or single quotes, the single characters `=` and `#`, and bare words that end at a
 * blank, a tab or `=`. In quotes only the quote itself can be escaped; a backslash before anything else is a backslash.
 */
export class Tokens {
  readonly #text: string;
  #position = 0;
  #peeked: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  peek(): string | undefined {
    this.#peeked ??= this.#read();
    return this.#peeked;
  }

  next(): string | undefined {
    const token = this.peek();
    this.#peeked = undefined;
    return token;
  }

  #read(): string | undefined {
    while (isWhitespace(this.#text.charAt(this.#position))) this.#position++;
    const first = this.#text.charAt(this.#position);
    if (first === "") return undefined;
    if (first === '"' || first === "'") return this.#readQuoted(first);
    if (first === "=" || first === "#") {
      this.#position++;
      return first;
    }
    return this.#readWord();
  }

  #readQuoted(quote: string): string {
    const start = this.#position + 1;
    let end = start - 1;
    do {
      end = this.#text.indexOf(quote, end + 1);
      if (end < 0) throw new Error(`Unmatched quote character: (${quote})`);
    } while (this.#text.charAt(end - 1) === "\\");
    this.#position = end + 1;
    return this.#text.slice(start, end).replaceAll(`\\${quote}`, quote);
  }

  #readWord(): string {
    const start = this.#position;
    while (this.#position < this.#text.length && !" \t=".includes(this.#text.charAt(this.#position))) this.#position++;
    return this.#text.slice(start, this.#position);
  }
}
