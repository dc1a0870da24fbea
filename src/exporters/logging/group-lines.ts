import type { ResourceView, ScopeView } from "../../pdata/views/index.ts";
import { appendUint } from "../../text/append-integer.ts";
import type { TextBuffer } from "../../text/text-buffer.ts";
import { createAttributeLines, type AttributeLines } from "./attribute-lines.ts";

const newline = 10;
const space = 32;
const resourceSchemaUrl = Buffer.from("\nResource SchemaURL: ");
const resourceLabels = Buffer.from("Resource labels:\n");
const libraryLine = Buffer.from("\nInstrumentationLibrary ");

/** What the kinds of record call their groups. */
export interface GroupNames {
  /** `ResourceSpans` */
  readonly resource: string;
  /** `InstrumentationLibrarySpans` */
  readonly scope: string;
}

/** The lines above the records: resource, and scope by its old name. */
export class GroupLines {
  readonly attributes: AttributeLines;
  readonly #out: TextBuffer;
  readonly #resource: Uint8Array;
  readonly #scope: Uint8Array;
  readonly #scopeSchemaUrl: Uint8Array;

  constructor(out: TextBuffer, names: GroupNames) {
    this.#out = out;
    this.attributes = createAttributeLines(out);
    this.#resource = Buffer.from(`${names.resource} #`);
    this.#scope = Buffer.from(`${names.scope} #`);
    this.#scopeSchemaUrl = Buffer.from(`\n${names.scope} SchemaURL: `);
  }

  resource(resource: ResourceView, index: number): void {
    const out = this.#out;
    const { bytes } = resource;
    out.appendBytes(this.#resource);
    appendUint(out, index);
    out.appendBytes(resourceSchemaUrl);
    out.appendRange(bytes, resource.schemaUrlStart, resource.schemaUrlEnd);
    out.appendByte(newline);
    this.attributes.append(resourceLabels, bytes, resource.attributes);
  }

  scope(scope: ScopeView, index: number): void {
    const out = this.#out;
    const { bytes } = scope;
    out.appendBytes(this.#scope);
    appendUint(out, index);
    out.appendBytes(this.#scopeSchemaUrl);
    out.appendRange(bytes, scope.schemaUrlStart, scope.schemaUrlEnd);
    out.appendBytes(libraryLine);
    out.appendRange(bytes, scope.nameStart, scope.nameEnd);
    out.appendByte(space);
    out.appendRange(bytes, scope.versionStart, scope.versionEnd);
    out.appendByte(newline);
  }
}
