import { EntityRefView, type RangeList, type ResourceView, type ScopeView } from "../../../pdata/views/index.ts";
import { appendUint } from "../../../text/append-integer.ts";
import type { TextBuffer } from "../../../text/text-buffer.ts";
import { createAttributeLines, type AttributeLines } from "./attribute-lines.ts";

const newline = 10;
const space = 32;

const resourceSchemaUrl = Buffer.from("\nResource SchemaURL: ");
const resourceAttributes = Buffer.from("Resource attributes:\n");
const entityRefs = Buffer.from("Resource entity refs:\n");
const entityRef = Buffer.from("     -> Entity ref #");
const entityType = Buffer.from(":\n          -> Type: ");
const entitySchemaUrl = Buffer.from("          -> Schema URL: ");
const entityIdKeys = Buffer.from("          -> ID keys:\n");
const entityDescriptionKeys = Buffer.from("          -> Description keys:\n");
const entityKey = Buffer.from("               -> ");
const scopeLine = Buffer.from("\nInstrumentationScope ");
const scopeAttributes = Buffer.from("InstrumentationScope attributes:\n");

/** What the kinds of record call their groups. */
export interface GroupNames {
  /** `ResourceSpans` */
  readonly resource: string;
  /** `ScopeSpans` */
  readonly scope: string;
}

/** The lines above the records: resource with its entities, and scope. */
export class GroupLines {
  readonly attributes: AttributeLines;
  readonly #out: TextBuffer;
  readonly #resource: Uint8Array;
  readonly #scope: Uint8Array;
  readonly #scopeSchemaUrl: Uint8Array;
  readonly #entity = new EntityRefView();

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
    this.attributes.append(resourceAttributes, bytes, resource.attributes);
    this.#entities(bytes, resource.entityRefs);
  }

  scope(scope: ScopeView, index: number): void {
    const out = this.#out;
    const { bytes } = scope;
    out.appendBytes(this.#scope);
    appendUint(out, index);
    out.appendBytes(this.#scopeSchemaUrl);
    out.appendRange(bytes, scope.schemaUrlStart, scope.schemaUrlEnd);
    out.appendBytes(scopeLine);
    out.appendRange(bytes, scope.nameStart, scope.nameEnd);
    out.appendByte(space);
    out.appendRange(bytes, scope.versionStart, scope.versionEnd);
    out.appendByte(newline);
    this.attributes.append(scopeAttributes, bytes, scope.attributes);
  }

  #entities(bytes: Uint8Array, refs: RangeList): void {
    if (refs.length === 0) return;
    const out = this.#out;
    const entity = this.#entity;
    out.appendBytes(entityRefs);
    for (let index = 0; index < refs.length; index++) {
      entity.at(bytes, refs.start(index), refs.end(index));
      out.appendBytes(entityRef);
      appendUint(out, index);
      out.appendBytes(entityType);
      out.appendRange(bytes, entity.typeStart, entity.typeEnd);
      out.appendByte(newline);
      if (entity.schemaUrlEnd > entity.schemaUrlStart) {
        out.appendBytes(entitySchemaUrl);
        out.appendRange(bytes, entity.schemaUrlStart, entity.schemaUrlEnd);
        out.appendByte(newline);
      }
      this.#entityKeys(entityIdKeys, bytes, entity.idKeys);
      this.#entityKeys(entityDescriptionKeys, bytes, entity.descriptionKeys);
    }
  }

  #entityKeys(header: Uint8Array, bytes: Uint8Array, keys: RangeList): void {
    if (keys.length === 0) return;
    const out = this.#out;
    out.appendBytes(header);
    for (let index = 0; index < keys.length; index++) {
      out.appendBytes(entityKey);
      out.appendRange(bytes, keys.start(index), keys.end(index));
      out.appendByte(newline);
    }
  }
}
