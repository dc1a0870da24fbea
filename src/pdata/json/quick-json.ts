import { isUtf8 } from "node:buffer";
import type { MessageSchema } from "../schema.ts";
import { maxMessageDepth } from "../validate.ts";
import { writeAttributes } from "./quick-attributes.ts";
import { isAt, quickMessage, type QuickField, type QuickKey, type QuickMessage } from "./quick-keys.ts";
import { writeScalar, writeScalars } from "./quick-scalar.ts";
import { notPlain, QuickText } from "./quick-text.ts";
import { writer } from "./quick-writer.ts";

const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * An export request in OTLP/JSON as wire bytes, straight from text to text: no object is made of it, which is what JSON
 * costs (bench/codec.ts: a quarter of the time). `undefined` if the document is anything but plain: a name that is unknown,
 * former or given twice, an odd number, an id in base64, or no JSON at all. The long way then reads it, or says what is
 * wrong with it, and where it reads what this does, both make the same bytes.
 */
export function quickJson(schema: MessageSchema, bytes: Uint8Array): Uint8Array | undefined {
  const message = quickMessage(schema);
  if (message === undefined || !isUtf8(bytes)) return undefined;
  try {
    const text = new QuickText(bytes);
    const end = readDocument(text, message) + 1;
    if (text.skip(end) < text.length) throw notPlain;
    return writer.finish();
  } catch (error) {
    if (error !== notPlain) throw error;
    return undefined;
  } finally {
    writer.clear();
  }
}

/** An object that is being read, and where the reader was in the one around it. */
class Frame {
  field: QuickField | undefined;
  /** Where its content begins in what is written. */
  contentStart = 0;
  /** Bytes that were left for its length. */
  lengthBytes = 0;
  outer: QuickMessage | undefined;
  outerKey: QuickKey | undefined;
  outerSeen = 0;

  begin(field: QuickField): void {
    this.field = field;
    this.lengthBytes = field.lengthBytes;
    this.contentStart = writer.open(field.tag, field.lengthBytes);
  }
}

/** Reading never waits, so one stack serves every document. */
const frames = Array.from({ length: maxMessageDepth }, () => new Frame());

/**
 * The loop that every object goes through. It keeps a stack of its own and its state in locals, and expects after each key the
 * one that followed it last time: recursion with all that in fields took three times as long. Answers where the last brace is; what may follow is for the caller, because code
 * after a loop that was compiled while it ran throws the compiled loop away.
 */
function readDocument(text: QuickText, root: QuickMessage): number {
  let message = root;
  let depth = 0;
  /** The last key of this object, and the bits of all. */
  let key: QuickKey | undefined;
  let seen = 0;
  let at = text.expect(text.skip(0), openBrace);
  for (;;) {
    while (text.byteAt(at) !== closeBrace) {
      key = keyAt(text, at, message, key);
      const { field } = key;
      if ((seen & field.bit) !== 0) throw notPlain;
      seen |= field.bit;
      at = text.expect(text.skip(at + key.length), colon);
      // `null` is absence, whatever the field.
      if (text.byteAt(at) === 0x6e) at = text.word(at, "null");
      else if (field.message === undefined) {
        at = field.repeated ? writeScalars(text, at, field) : writeScalar(text, at, field);
      } else {
        if (field.repeated) at = text.expect(at, openBracket);
        if (field.isAttributes) at = writeAttributes(text, at, field.tag);
        if (!field.repeated || text.byteAt(at) !== closeBracket) {
          at = text.expect(at, openBrace);
          const frame = frames[depth++];
          if (frame === undefined) throw notPlain;
          frame.begin(field);
          frame.outer = message;
          frame.outerKey = key;
          frame.outerSeen = seen;
          message = field.message;
          key = undefined;
          seen = 0;
          continue;
        }
        at++;
      }
      at = nextField(text, at);
    }
    if (depth === 0) return at;
    at = text.skip(at + 1);
    const frame = frames[depth - 1] as Frame;
    const { field, outer } = frame;
    // Never: a frame that was begun has both.
    if (field === undefined || outer === undefined) throw notPlain;
    field.lengthBytes = writer.close(frame.contentStart, frame.lengthBytes);
    if (field.repeated && text.byteAt(at) === comma) {
      at = text.expect(text.skip(at + 1), openBrace);
      frame.begin(field);
      key = undefined;
      seen = 0;
      continue;
    }
    if (field.repeated) at = text.expect(at, closeBracket);
    message = outer;
    key = frame.outerKey;
    seen = frame.outerSeen;
    depth--;
    at = nextField(text, at);
  }
}

/** The key that lies there: the one that was expected, or another one that is expected from now on. */
function keyAt(text: QuickText, at: number, message: QuickMessage, before: QuickKey | undefined): QuickKey {
  const guess = before === undefined ? message.first : before.next;
  if (guess !== undefined && isAt(text, at, guess)) return guess;
  const found = message.find(text, at);
  if (found === undefined) throw notPlain;
  if (before === undefined) message.first = found;
  else before.next = found;
  return found;
}

/** Steps from the end of a value to the next key, or to the brace that ends the object. */
function nextField(text: QuickText, end: number): number {
  const at = text.skip(end);
  if (text.byteAt(at) === closeBrace) return at;
  const next = text.expect(at, comma);
  if (text.byteAt(next) === closeBrace) throw notPlain;
  return next;
}
