import { Writer } from "../../src/wire/writer.ts";
import { Random } from "../random.ts";

const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
const random = new Random(7);
const pool = Array.from({ length: 4096 }, () => random.pick([...alphabet])).join("");

/** What an item carries besides its id: a piece of text that follows from the id, up to 90 characters. */
function payload(id: string, salt: number): string {
  const mixed = Math.imul(Number.parseInt(id.slice(8), 16) ^ (salt << 16), 0x9e3779b1) >>> 0;
  const from = mixed % 4000;
  return pool.slice(from, from + ((mixed >>> 12) % 90));
}

/** Two words of an item, its name and an attribute. Both survive OTLP and Wavefront's lines unchanged. */
const nameOf = (id: string): string => `n${id}.${payload(id, 1)};`;
const checkOf = (id: string): string => `a${id}.${payload(id, 2)};`;

/** An OTLP request with a span for each id (16 hex digits). */
export function requestOf(ids: readonly string[]): Uint8Array {
  const writer = new Writer();
  const resource = writer.open(1);
  const scope = writer.open(2);
  for (const id of ids) {
    const span = writer.open(2);
    writer.writeBytes(1, Buffer.alloc(16, 7));
    writer.writeBytes(2, Buffer.from(id, "hex"));
    writer.writeString(5, nameOf(id));
    writer.writeTag(7, 1);
    writer.writeFixed64(0, 0x18000000);
    const attribute = writer.open(9);
    writer.writeString(1, "check");
    const value = writer.open(2);
    writer.writeString(1, checkOf(id));
    writer.close(value);
    writer.close(attribute);
    writer.close(span);
  }
  writer.close(scope);
  writer.close(resource);
  return writer.finish();
}

/**
 * Ids of the items in a request body of either protocol, in order. An item whose two words do not stand together, or do
 * not follow from its id, comes back in `changed`.
 */
export function itemsOf(body: Buffer): { ids: string[]; changed: string[] } {
  const ids: string[] = [];
  const changed: string[] = [];
  let open: string | undefined;
  for (const [word, kind, id = ""] of body.toString("latin1").matchAll(/([na])([0-9a-f]{16})\.[0-9a-z]*;/g)) {
    if (kind === "n") {
      if (open !== undefined) changed.push(open);
      open = id;
      if (word !== nameOf(id)) changed.push(word);
    } else {
      if (open === id && word === checkOf(id)) ids.push(id);
      else changed.push(word);
      open = undefined;
    }
  }
  if (open !== undefined) changed.push(open);
  return { ids, changed };
}
