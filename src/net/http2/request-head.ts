import { FieldKind, type HeaderField } from "./header-field.ts";

/** Fields of one request, pseudo-headers included (RFC 9113, section 8.3.1). Filled by the decoder, then only read. */
export class RequestHead {
  readonly fields: HeaderField[] = [];
  method = "";
  path = "";
  scheme = "";
  authority = "";
  contentType = "";
  /** -1 if there is none. */
  contentLength = -1;
  grpcTimeout = "";
  grpcEncoding = "";
  /** Breaks a rule of section 8, for which the stream ends. */
  isMalformed = false;
  /** Larger than the limit; what is over it was not kept. */
  isTooLarge = false;
  #room: number;
  #sawRegular = false;

  constructor(maxListBytes: number) {
    this.#room = maxListBytes;
  }

  add(field: HeaderField): void {
    this.#room -= field.size;
    if (this.#room < 0) {
      this.isTooLarge = true;
      return;
    }
    this.fields.push(field);
    const { kind, value } = field;
    switch (kind) {
      case FieldKind.other:
        break;
      case FieldKind.invalid:
        this.isMalformed = true;
        break;
      case FieldKind.method:
        this.method = this.#pseudo(this.method, value);
        return;
      case FieldKind.scheme:
        this.scheme = this.#pseudo(this.scheme, value);
        return;
      case FieldKind.authority:
        // The only pseudo-header that may be empty.
        if (value !== "") this.authority = this.#pseudo(this.authority, value);
        return;
      case FieldKind.path:
        this.path = this.#pseudo(this.path, value);
        return;
      case FieldKind.contentType:
        this.contentType = value;
        break;
      case FieldKind.contentLength:
        this.#setContentLength(value);
        break;
      case FieldKind.grpcTimeout:
        this.grpcTimeout = value;
        break;
      default:
        this.grpcEncoding = value;
    }
    this.#sawRegular = true;
  }

  /** Whether it is a request at all; asked when every field is there. */
  get isComplete(): boolean {
    if (this.isMalformed || this.method === "") return false;
    return this.method === "CONNECT" ? this.authority !== "" : this.scheme !== "" && this.path !== "";
  }

  /** Values of a field, in the order in which they came. */
  first(name: string): string | undefined {
    for (const field of this.fields) if (field.name === name) return field.value;
    return undefined;
  }

  #pseudo(before: string, value: string): string {
    if (before !== "" || value === "" || this.#sawRegular) this.isMalformed = true;
    return value;
  }

  #setContentLength(text: string): void {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    if (value < 0 || (this.contentLength >= 0 && this.contentLength !== value)) this.isMalformed = true;
    this.contentLength = value;
  }
}
