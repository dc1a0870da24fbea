// Derives src/pdata/schema.generated.ts from proto/. `--check` only compares, for the test that keeps them equal.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import protobuf from "protobufjs";

const root = path.join(import.meta.dirname, "..");
const target = path.join(root, "src/pdata/schema.generated.ts");
const files = ["trace/v1/trace_service", "metrics/v1/metrics_service", "logs/v1/logs_service"].map(
  (name) => `opentelemetry/proto/collector/${name}.proto`,
);

/** Field kinds as src/pdata/schema.ts explains them. */
const scalarKinds: Readonly<Record<string, string>> = {
  bool: "bool",
  int32: "int32",
  sint32: "sint32",
  uint32: "uint32",
  int64: "int64",
  uint64: "uint64",
  fixed32: "fixed32",
  fixed64: "fixed64",
  sfixed64: "sfixed64",
  double: "double",
  string: "string",
  bytes: "bytes",
};
const idKinds: Readonly<Record<string, string>> = {
  trace_id: "trace_id",
  span_id: "span_id",
  parent_span_id: "span_id",
};

export function generate(): string {
  const schema = new protobuf.Root();
  schema.resolvePath = (_origin, name) => path.join(root, "proto", name);
  schema.loadSync(files, { keepCase: true }).resolveAll();

  const messages: protobuf.Type[] = [];
  const enums: protobuf.Enum[] = [];
  const add = (type: protobuf.Type): void => {
    if (messages.includes(type)) return;
    messages.push(type);
    for (const field of type.fieldsArray) {
      if (field.resolvedType instanceof protobuf.Type) add(field.resolvedType);
      if (field.resolvedType instanceof protobuf.Enum && !enums.includes(field.resolvedType))
        enums.push(field.resolvedType);
    }
  };
  for (const name of ["Trace", "Metrics", "Logs"]) {
    const area = name.toLowerCase();
    add(schema.lookupType(`opentelemetry.proto.collector.${area}.v1.Export${name}ServiceRequest`));
  }

  const lines = [
    "// Generated from proto/ by `npm run generate`. Do not edit: a test regenerates and compares.",
    "",
    "/** Field: [number, name, kind, repeated, child message or enum (-1: none), oneof, optional]. */",
    "export type FieldRow = readonly [number, string, string, boolean, number, string, boolean];",
    "export type MessageRow = readonly [string, readonly FieldRow[]];",
    "",
    "export const messageRows: readonly MessageRow[] = [",
  ];
  for (const type of messages) {
    lines.push(`  // ${messages.indexOf(type)}`, `  [${JSON.stringify(type.fullName.slice(1))}, [`);
    for (const field of type.fieldsArray.toSorted((a, b) => a.id - b.id)) {
      const child = field.resolvedType;
      const kind = child instanceof protobuf.Type ? "message" : child instanceof protobuf.Enum ? "enum" : kindOf(field);
      const index =
        child instanceof protobuf.Type
          ? messages.indexOf(child)
          : child instanceof protobuf.Enum
            ? enums.indexOf(child)
            : -1;
      // A field marked `optional` is to protobufjs the only member of a oneof named after it.
      const optional = field.partOf?.name === `_${field.name}`;
      const oneof = field.partOf && !optional ? field.partOf.name : "";
      const row = [field.id, field.name, kind, field.repeated, index, oneof, optional];
      lines.push(`    ${JSON.stringify(row).replaceAll(",", ", ")},`);
    }
    lines.push("  ]],");
  }
  lines.push("];", "", "export const enumRows: readonly (readonly [string, Readonly<Record<string, number>>])[] = [");
  for (const item of enums) {
    const values = Object.entries(item.values).map(([key, value]) => `${key}: ${value}`);
    lines.push(`  [${JSON.stringify(item.fullName.slice(1))}, { ${values.join(", ")} }],`);
  }
  lines.push("];", "");
  return lines.join("\n");
}

function kindOf(field: protobuf.Field): string {
  const kind = (field.type === "bytes" ? idKinds[field.name] : undefined) ?? scalarKinds[field.type];
  if (kind === undefined) throw new Error(`Cannot generate ${field.fullName}: type ${field.type} has no kind`);
  return kind;
}

if (process.argv[1] === import.meta.filename) {
  if (process.argv.includes("--check")) {
    if (readFileSync(target, "utf8") !== generate()) {
      console.error("Cannot accept src/pdata/schema.generated.ts: it differs from proto/; run `npm run generate`");
      process.exitCode = 1;
    }
  } else writeFileSync(target, generate());
}
