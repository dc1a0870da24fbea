import { ownBytes } from "../../net/own-bytes.ts";
import { RequestError } from "../../net/request-error.ts";
import type { Batch } from "../../pdata/batch.ts";
import { InvalidRequestError } from "../../pdata/invalid-request-error.ts";
import { decodeJson } from "../../pdata/json/decode-json.ts";
import type { Signal } from "../../pdata/signal.ts";
import { validate } from "../../pdata/validate.ts";

export type BodyForm = "protobuf" | "json";

export interface DecodedBody {
  readonly batch: Batch;
  /** What the body really is, whatever its label said; the answer is written in it. */
  readonly form: BodyForm;
}

/**
 * Reads an export request. The body decides, not the label: Airflow 2 sends protobuf as `application/json`. The other form
 * is tried only when the labelled one fails, and taken only when it holds items. Throws `InvalidRequestError` about the
 * form that the body looks like, or `RequestError` about one that is garbled. The caller gives `bytes` away.
 */
export function decodeBody(signal: Signal, bytes: Uint8Array, label: BodyForm): DecodedBody {
  try {
    return decodeEither(signal, bytes, label);
  } catch (error) {
    if (!looksLikeHttp(bytes)) throw error;
    const text = "body is the head of another request: two processes write on one connection";
    throw new RequestError("garbled", text, { cause: error });
  }
}

function decodeEither(signal: Signal, bytes: Uint8Array, label: BodyForm): DecodedBody {
  if (label === "protobuf") {
    const own = ownBytes(bytes);
    try {
      return { batch: validate(signal, own), form: "protobuf" };
    } catch (error) {
      if (!looksLikeJson(bytes)) throw error;
      return tryOther(() => ({ batch: decodeJson(signal, bytes), form: "json" }), error);
    }
  }
  try {
    if (!looksLikeJson(bytes)) throw new InvalidRequestError("", notJson(bytes));
    return { batch: decodeJson(signal, bytes), form: "json" };
  } catch (error) {
    if (bytes[0] !== requestTag) throw error;
    return tryOther(() => ({ batch: validate(signal, ownBytes(bytes)), form: "protobuf" }), error);
  }
}

/** Field 1, length-delimited: how every export request with content begins. As text it is a line break. */
const requestTag = 0x0a;

function tryOther(decode: () => DecodedBody, labelledError: unknown): DecodedBody {
  if (!(labelledError instanceof InvalidRequestError)) throw labelledError;
  let decoded: DecodedBody;
  try {
    decoded = decode();
  } catch (error) {
    if (error instanceof InvalidRequestError) throw labelledError;
    throw error;
  }
  if (decoded.batch.itemCount === 0) throw labelledError;
  return decoded;
}

/** Whether the first letter is that of a JSON object. A protobuf request can begin with a line break and `{` as well. */
function looksLikeJson(bytes: Uint8Array): boolean {
  for (const byte of bytes) {
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
    return byte === 0x7b || byte === 0xef;
  }
  return false;
}

/** `POST /v1/metrics HTTP/1.1`: what forked processes make that share a connection, as Airflow's do. */
function looksLikeHttp(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 512)).toString("latin1");
  return /^[A-Z]{3,7} \/\S* HTTP\/1\.[01]\r\n/.test(head);
}

function notJson(bytes: Uint8Array): string {
  return bytes.length === 0 ? "body is empty, a JSON object expected" : "body is not a JSON object";
}
