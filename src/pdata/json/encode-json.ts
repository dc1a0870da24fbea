import { Buffer } from "node:buffer";
import type { Batch } from "../batch.ts";
import { requestSchemas } from "../schema.ts";
import { MessageReader } from "./read-message.ts";

/**
 * An export request in OTLP/JSON, as upstream writes it: lowerCamelCase, default values left out but for objects that a
 * message always has, 64-bit integers as strings, enums as numbers, ids in hex, no white space. Unknown fields are left
 * out.
 */
export function encodeJson(batch: Batch): Uint8Array {
  const { signal, bytes } = batch;
  return Buffer.from(JSON.stringify(new MessageReader(bytes).read(requestSchemas[signal], 0, bytes.length)), "utf8");
}
