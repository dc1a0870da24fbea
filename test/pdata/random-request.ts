import protobuf from "protobufjs";
import type { Signal } from "../../src/pdata/signal.ts";
import type { Random } from "../random.ts";
import { requestTypes } from "./oracle.ts";

const longs = [
  { low: 0, high: 0 },
  { low: 1, high: 0 },
  { low: -1, high: -1 },
  { low: 0, high: -2147483648 },
  { low: -1, high: 0x7fffffff },
  { low: 0, high: 0x200000 },
  { low: 1_000_000_000, high: 411_000_000 },
];
const doubles = [0, -0, 1, -1, 0.1, 1e300, 5e-324, Number.MAX_VALUE, NaN, Infinity, -Infinity, 2 ** 53, 1e21];
const texts = [
  "",
  "a",
  "service.name",
  "TASK run id",
  "naïve",
  "日本語のテキスト",
  "😀",
  '\u0000\n"\\',
  "x".repeat(200),
];

/** Names of messages that count as items, to keep the number of items in a request interesting. */
const itemTypes = /^(Span|Metric|LogRecord|.*DataPoint)$/;

/** A request with every kind of field, as protobufjs writes it: fields in the order of the proto files. */
export function randomRequest(signal: Signal, random: Random, most = 5): Uint8Array {
  const type = requestTypes[signal];
  return Uint8Array.from(type.encode(randomMessage(type, random, 0, most)).finish());
}

function randomMessage(type: protobuf.Type, random: Random, depth: number, most: number): protobuf.Message {
  const value: Record<string, unknown> = {};
  const chosen = new Map(type.oneofsArray.map((oneof) => [oneof, random.pick(oneof.fieldsArray)]));
  for (const field of type.fieldsArray) {
    if (field.partOf !== null && chosen.get(field.partOf) !== field) continue;
    const holdsItems = field.repeated && depth < 3;
    if (!holdsItems && random.chance(35)) continue;
    if (depth > 9 && field.resolvedType instanceof protobuf.Type) continue;
    if (!field.repeated) value[field.name] = randomValue(field, random, depth, most);
    else {
      const isItem = field.resolvedType !== null && itemTypes.test(field.resolvedType.name);
      const length = random.below(isItem ? most : 4);
      value[field.name] = Array.from({ length }, () => randomValue(field, random, depth, most));
    }
  }
  return type.create(value);
}

function randomValue(field: protobuf.Field, random: Random, depth: number, most: number): unknown {
  if (field.resolvedType instanceof protobuf.Type) return randomMessage(field.resolvedType, random, depth + 1, most);
  if (field.resolvedType instanceof protobuf.Enum) return random.pick([0, 1, 2, 3, 99]);
  switch (field.type) {
    case "string":
      return random.pick(texts);
    case "bytes":
      return random.bytes(idLength(field.name, random));
    case "bool":
      return random.chance(50);
    case "double":
      return random.pick(doubles);
    case "int64":
    case "sfixed64":
      return { ...random.pick(longs), unsigned: false };
    case "uint64":
    case "fixed64":
      return { ...random.pick(longs), unsigned: true };
    case "int32":
    case "sint32":
      return random.pick([0, 1, -1, 2147483647, -2147483648]);
    default:
      return random.pick([0, 1, 300, 0xffffffff]);
  }
}

function idLength(fieldName: string, random: Random): number {
  if (fieldName === "traceId") return random.pick([16, 16, 0]);
  if (fieldName === "spanId" || fieldName === "parentSpanId") return random.pick([8, 8, 0]);
  return random.below(20);
}
