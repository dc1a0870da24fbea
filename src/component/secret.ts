import { inspect } from "node:util";

const redacted = "[REDACTED]";

/** A password, token or header value: prints as `[REDACTED]` everywhere except where `reveal` is called, at its one use. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}
