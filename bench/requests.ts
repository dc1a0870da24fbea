// Pre-encoded OTLP requests for the load: spans of about 320 bytes with 12 attributes and one event, ids unique.
import { randomBytes } from "node:crypto";
import { Writer } from "../src/wire/writer.ts";
import { WireType } from "../src/wire/wire-type.ts";

function attribute(writer: Writer, fieldNumber: number, key: string, value: string | number | boolean): void {
  const pair = writer.open(fieldNumber);
  writer.writeString(1, key);
  const any = writer.open(2);
  if (typeof value === "string") writer.writeString(1, value);
  else if (typeof value === "boolean") {
    writer.writeTag(2, WireType.varint);
    writer.writeVarint32(value ? 1 : 0);
  } else {
    writer.writeTag(3, WireType.varint);
    writer.writeVarint64(value, 0);
  }
  writer.close(any);
  writer.close(pair);
}

function fixedTime(writer: Writer, fieldNumber: number, unixMs: number): void {
  const nanoseconds = BigInt(Math.round(unixMs)) * 1_000_000n;
  writer.writeTag(fieldNumber, WireType.fixed64);
  writer.writeFixed64(Number(nanoseconds & 0xffffffffn), Number(nanoseconds >> 32n));
}

function span(writer: Writer, index: number, traceId: Uint8Array): void {
  const startMs = Date.now() - 1000;
  const at = writer.open(2);
  writer.writeBytes(1, traceId);
  writer.writeBytes(2, randomBytes(8));
  writer.writeBytes(4, randomBytes(8));
  writer.writeString(5, `task_run.extract_${index % 17}`);
  writer.writeTag(6, WireType.varint);
  writer.writeVarint32(1);
  fixedTime(writer, 7, startMs);
  fixedTime(writer, 8, startMs + 87);
  attribute(writer, 9, "dag_id", "nightly_orders");
  attribute(writer, 9, "task_id", `extract_${index % 17}`);
  attribute(writer, 9, "run_id", `scheduled__${index}`);
  attribute(writer, 9, "try_number", 1);
  attribute(writer, 9, "map_index", 3);
  attribute(writer, 9, "state", "success");
  attribute(writer, 9, "operator", "PythonOperator");
  attribute(writer, 9, "queue", "default");
  attribute(writer, 9, "pool", "default_pool");
  attribute(writer, 9, "duration", 87);
  attribute(writer, 9, "is_mapped", false);
  attribute(writer, 9, "hostname", "etl-host-1");
  const event = writer.open(11);
  fixedTime(writer, 1, startMs + 10);
  writer.writeString(2, "started");
  attribute(writer, 3, "attempt", index);
  writer.close(event);
  writer.close(at);
}

/** `count` distinct requests of `itemsPerRequest` spans each. */
export function traceRequests(count: number, itemsPerRequest: number): Buffer[] {
  const requests: Buffer[] = [];
  const writer = new Writer(1 << 16);
  let index = 0;
  for (let request = 0; request < count; request++) {
    writer.clear();
    const resource = writer.open(1);
    const head = writer.open(1);
    attribute(writer, 1, "service.name", "airflow");
    attribute(writer, 1, "service.instance.id", `instance-${request}`);
    writer.close(head);
    const scope = writer.open(2);
    const name = writer.open(1);
    writer.writeString(1, "airflow.models.dagrun");
    writer.close(name);
    const traceId = randomBytes(16);
    for (let item = 0; item < itemsPerRequest; item++) span(writer, index++, traceId);
    writer.close(scope);
    writer.close(resource);
    requests.push(Buffer.from(writer.finish()));
  }
  return requests;
}
