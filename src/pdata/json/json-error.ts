/** A JSON value that is not what the schema wants. The path is gathered, from the inside out, on the way to the top. */
export class JsonFieldError extends Error {
  override readonly name = "JsonFieldError";
  readonly #parts: string[] = [];

  /** Adds the part of the path before those that it has. */
  within(part: string): this {
    this.#parts.unshift(part);
    return this;
  }

  get path(): readonly string[] {
    return this.#parts;
  }
}

export function expected(what: string, value: unknown): JsonFieldError {
  return new JsonFieldError(`${kindOf(value)}, ${what} expected`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "bigint" ? "number" : typeof value;
}
