import type { ResourceView, ScopeView } from "../../../pdata/views/index.ts";
import { appendUint } from "../../../text/append-integer.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import { AttributePairs } from "./attribute-pairs.ts";

const newline = 10;
const space = 32;
const at = 64;
const openBracket = 91;
const closeBracket = 93;

/** One line for a resource and one for a scope, above the records. */
export class GroupLines {
  readonly pairs: AttributePairs;
  readonly #out: TextBuffer;
  readonly #resource: Uint8Array;
  readonly #scope: Uint8Array;

  /** `suffix` is `Traces`, `Metrics` or `Log`. */
  constructor(out: TextBuffer, suffix: string) {
    this.#out = out;
    this.pairs = new AttributePairs(out);
    this.#resource = Buffer.from(`Resource${suffix} #`);
    this.#scope = Buffer.from(`Scope${suffix} #`);
  }

  resource(resource: ResourceView, index: number): void {
    const out = this.#out;
    out.appendBytes(this.#resource);
    appendUint(out, index);
    this.#end(resource);
  }

  scope(scope: ScopeView, index: number): void {
    const out = this.#out;
    const { bytes } = scope;
    const named = scope.nameEnd > scope.nameStart;
    const versioned = scope.versionEnd > scope.versionStart;
    out.appendBytes(this.#scope);
    appendUint(out, index);
    if (named || versioned) out.appendByte(space);
    out.appendRange(bytes, scope.nameStart, scope.nameEnd);
    if (versioned) {
      out.appendByte(at);
      out.appendRange(bytes, scope.versionStart, scope.versionEnd);
    }
    this.#end(scope);
  }

  /** Schema URL and attributes, each only if there. */
  #end(group: ResourceView | ScopeView): void {
    const out = this.#out;
    if (group.schemaUrlEnd > group.schemaUrlStart) {
      out.appendByte(space);
      out.appendByte(openBracket);
      out.appendRange(group.bytes, group.schemaUrlStart, group.schemaUrlEnd);
      out.appendByte(closeBracket);
    }
    if (group.attributes.length > 0) out.appendByte(space);
    this.pairs.append(group.bytes, group.attributes, space);
    out.appendByte(newline);
  }
}
