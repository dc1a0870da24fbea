import { Cursor } from "../../wire/cursor.ts";
import type { Batch } from "../batch.ts";
import { RangeList } from "./range-list.ts";
import { ResourceView } from "./resource-view.ts";
import { ScopeView } from "./scope-view.ts";

/**
 * Called in wire order. `record` gets the byte range of one span, metric or log record; the visitor moves a view of its
 * own over it. Views are reused: copy what must outlive the call. Indices count from 0 within their parent.
 */
export interface Visitor {
  resource(resource: ResourceView, index: number): void;
  scope(scope: ScopeView, index: number): void;
  record(bytes: Uint8Array, start: number, end: number, index: number): void;
}

/**
 * Walks an export request without an object per record. The three signals have one shape: field 1 of the request is a
 * resource group (1 resource, 2 scope groups, 3 schema URL), field 2 of that a scope group (1 scope, 2 records, 3 schema
 * URL). Fields may come in any order, so each group is noted first and visited then. One walker serves any number of
 * batches, one at a time.
 */
export class Walker {
  readonly #cursor = new Cursor(new Uint8Array(0));
  readonly #resource = new ResourceView();
  readonly #scope = new ScopeView();
  readonly #scopeGroups = new RangeList();
  readonly #records = new RangeList();

  walk(batch: Batch, visitor: Visitor): void {
    const { bytes } = batch;
    const cursor = this.#cursor;
    let pos = 0;
    let resourceIndex = 0;
    while (pos < bytes.length) {
      cursor.reset(bytes, pos, bytes.length);
      const tag = cursor.readTag();
      if (tag !== 10) {
        cursor.skip(tag);
        pos = cursor.pos;
        continue;
      }
      const length = cursor.readLength();
      const start = cursor.pos;
      pos = start + length;
      this.#walkResource(bytes, start, pos, resourceIndex++, visitor);
    }
    cursor.reset(noBytes, 0, 0);
  }

  #walkResource(bytes: Uint8Array, start: number, end: number, index: number, visitor: Visitor): void {
    const resource = this.#resource;
    const groups = this.#scopeGroups;
    resource.clear(bytes);
    this.#noteGroup(bytes, start, end, resource, groups);
    visitor.resource(resource, index);
    for (let group = 0; group < groups.length; group++) {
      this.#walkScope(bytes, groups.start(group), groups.end(group), group, visitor);
    }
  }

  #walkScope(bytes: Uint8Array, start: number, end: number, index: number, visitor: Visitor): void {
    const scope = this.#scope;
    const records = this.#records;
    scope.clear(bytes);
    this.#noteGroup(bytes, start, end, scope, records);
    visitor.scope(scope, index);
    for (let record = 0; record < records.length; record++) {
      visitor.record(bytes, records.start(record), records.end(record), record);
    }
  }

  /** A resource group and a scope group have the same fields: 1 head, 2 parts, 3 schema URL of the head. */
  #noteGroup(bytes: Uint8Array, start: number, end: number, head: ResourceView | ScopeView, parts: RangeList): void {
    const cursor = this.#cursor;
    parts.clear();
    cursor.reset(bytes, start, end);
    while (cursor.pos < end) {
      const tag = cursor.readTag();
      if (tag !== 10 && tag !== 18 && tag !== 26) {
        cursor.skip(tag);
        continue;
      }
      const length = cursor.readLength();
      const from = cursor.pos;
      const to = (cursor.pos += length);
      if (tag === 18) parts.push(from, to);
      else if (tag === 10) head.merge(from, to);
      else {
        head.schemaUrlStart = from;
        head.schemaUrlEnd = to;
      }
    }
  }
}

const noBytes = new Uint8Array(0);
