import { Writer } from "../../wire/writer.ts";
import { Batch } from "../batch.ts";
import { countItems } from "../count-items.ts";
import { joinPath } from "../field-path.ts";
import { InvalidRequestError } from "../invalid-request-error.ts";
import { requestSchemas } from "../schema.ts";
import type { Signal } from "../signal.ts";
import { expected, JsonFieldError } from "./json-error.ts";
import { isObject } from "./json-object.ts";
import { quickJson } from "./quick-json.ts";
import { writeMessage } from "./write-message.ts";
import { InexactNumber } from "./write-number.ts";

/**
 * Reads an export request in OTLP/JSON into a batch. More is understood than the specification asks: names in
 * snake_case, the names that scopes had until 2022, ids in base64, `null` anywhere (it counts as absent), a byte order
 * mark. Integers keep all digits, also as JSON numbers beyond 2^53. Of duplicate keys the last one counts.
 *
 * The caller bounds the size of `text`, which is not kept. Throws `InvalidRequestError` with the path in the sender's
 * own names and the reason; nothing of a bad request is ever accepted.
 */
export function decodeJson<S extends Signal>(signal: S, text: Uint8Array): Batch<S> {
  const quick = quickJson(requestSchemas[signal], text);
  return quick === undefined ? decodeAnyJson(signal, text) : new Batch(signal, quick, countItems(signal, quick));
}

/** The same by way of objects, for documents of every form. */
export function decodeAnyJson<S extends Signal>(signal: S, text: Uint8Array): Batch<S> {
  const document = decodeText(text);
  let bytes: Uint8Array;
  try {
    bytes = encode(signal, parse(document), text.length, false);
  } catch (error) {
    if (!(error instanceof InexactNumber)) throw error;
    bytes = encode(signal, parseExactly(document), text.length, true);
  }
  return new Batch(signal, bytes, countItems(signal, bytes));
}

function encode(signal: Signal, value: unknown, textLength: number, exact: boolean): Uint8Array {
  // JSON takes at least twice the bytes.
  const writer = new Writer((textLength >> 1) + 64);
  try {
    if (!isObject(value)) throw expected("object", value);
    writeMessage(writer, requestSchemas[signal], value, exact, 0);
  } catch (error) {
    if (!(error instanceof JsonFieldError)) throw error;
    throw new InvalidRequestError(joinPath(error.path), error.message, { cause: error });
  }
  return writer.finish();
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decodeText(text: Uint8Array): string {
  try {
    // Leaves out a byte order mark.
    return utf8.decode(text);
  } catch (error) {
    throw new InvalidRequestError("", "text is not valid UTF-8", { cause: error });
  }
}

function parse(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch (error) {
    throw new InvalidRequestError("", `not JSON: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** With integers beyond 2^53 as bigints; many times slower, so only for documents that have such a number. */
function parseExactly(document: string): unknown {
  try {
    return JSON.parse(document, exactInteger);
  } catch (error) {
    // A reviver is called recursively; what nests so deep can only be a field that is not ours.
    if (error instanceof RangeError) throw new InvalidRequestError("", "JSON nests too deep", { cause: error });
    throw error;
  }
}

/** No 64-bit integer has more than 20 digits; longer ones stay what they are and do not fit. */
const integer = /^-?\d{1,20}$/;

/** The third argument is newer than the library that the compiler knows. */
function exactInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source ?? "";
  return typeof value === "number" && !Number.isSafeInteger(value) && integer.test(source) ? BigInt(source) : value;
}
