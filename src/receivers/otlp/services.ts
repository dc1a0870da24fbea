import path from "node:path";
import { load } from "@grpc/proto-loader";
import { requestSchemas } from "../../pdata/schema.ts";
import { signals, type Signal } from "../../pdata/signal.ts";

const folder = path.join(import.meta.dirname, "..", "..", "..", "proto");

/** The gRPC method that takes a signal. */
export interface ExportMethod {
  readonly signal: Signal;
  /** `opentelemetry.proto.collector.trace.v1.TraceService`. */
  readonly service: string;
  /** `/opentelemetry.proto.collector.trace.v1.TraceService/Export`. */
  readonly path: string;
}

/** Reads the services from the protocol's own files: each method whose request is the export request of a signal. */
export async function loadExportMethods(): Promise<readonly ExportMethod[]> {
  const files = signals.map((signal) => fileOf(requestSchemas[signal].name));
  const definitions = await load(files, { includeDirs: [folder], keepCase: true });
  return signals.map((signal) => {
    const packageName = requestSchemas[signal].name.split(".").slice(0, -1).join(".");
    for (const [service, definition] of Object.entries(definitions)) {
      if (!service.startsWith(`${packageName}.`) || !("Export" in definition)) continue;
      const method = definition["Export"];
      if (typeof method === "object" && "path" in method) return { signal, service, path: method.path };
    }
    throw new Error(`Cannot find the gRPC service for ${signal} in ${folder}`);
  });
}

/** `opentelemetry/proto/collector/trace/v1/trace_service.proto`, which holds the named message. */
function fileOf(message: string): string {
  const parts = message.split(".").slice(0, -1);
  return `${parts.join("/")}/${parts[3]}_service.proto`;
}
