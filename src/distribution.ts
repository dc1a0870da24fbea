import type { FactoryRegistry } from "./component/factory-registry.ts";

/** Everything that is built in. The code of a component is loaded when a configuration names it. */
export const distribution: FactoryRegistry = [
  // Receivers
  { kind: "receiver", type: "otlp", load: () => import("./receivers/otlp/factory.ts").then((m) => m.otlp) },
  { kind: "receiver", type: "nop", load: () => import("./receivers/nop/factory.ts").then((m) => m.nopReceiver) },

  // Processors
  { kind: "processor", type: "batch", load: () => import("./processors/batch/factory.ts").then((m) => m.batch) },
  {
    kind: "processor",
    type: "memory_limiter",
    load: () => import("./processors/memory-limiter/factory.ts").then((m) => m.memoryLimiter),
  },

  // Exporters
  {
    kind: "exporter",
    type: "debug",
    load: once(() =>
      import("./exporters/debug/factory.ts").then((m) =>
        m.debugWith({
          wavefront: () => import("./exporters/tanzuobservability/print-lines.ts").then((n) => n.printLines),
        }),
      ),
    ),
  },
  { kind: "exporter", type: "logging", load: () => import("./exporters/logging/factory.ts").then((m) => m.logging) },
  { kind: "exporter", type: "nop", load: () => import("./exporters/nop/factory.ts").then((m) => m.nopExporter) },
  {
    kind: "exporter",
    type: "otlp_grpc",
    aliases: ["otlp"],
    load: () => import("./exporters/otlp-grpc/factory.ts").then((m) => m.otlpGrpc),
  },
  {
    kind: "exporter",
    type: "otlp_http",
    aliases: ["otlphttp"],
    load: () => import("./exporters/otlp-http/factory.ts").then((m) => m.otlpHttp),
  },
  {
    kind: "exporter",
    type: "tanzuobservability",
    aliases: ["wavefront"],
    load: () => import("./exporters/tanzuobservability/factory.ts").then((m) => m.tanzuobservability),
  },

  // Extensions
  { kind: "extension", type: "zpages", load: () => import("./extensions/zpages/factory.ts").then((m) => m.zpages) },
  {
    kind: "extension",
    type: "health_check",
    load: () => import("./extensions/health-check/factory.ts").then((m) => m.healthCheck),
  },
  {
    kind: "extension",
    type: "memory_ballast",
    load: () => import("./extensions/memory-ballast/factory.ts").then((m) => m.memoryBallast),
  },
  {
    kind: "extension",
    type: "file_storage",
    load: () => import("./extensions/file-storage/factory.ts").then((m) => m.fileStorage),
  },
  {
    kind: "extension",
    type: "basicauth",
    load: () => import("./extensions/basicauth/factory.ts").then((m) => m.basicAuth),
  },
  {
    kind: "extension",
    type: "bearertokenauth",
    load: () => import("./extensions/bearertokenauth/factory.ts").then((m) => m.bearerTokenAuth),
  },
];

/** For a factory that is made here: a reload takes a component for the same only if its factory is. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
