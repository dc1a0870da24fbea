import { defineExporter } from "../../component/factory.ts";
import { signals } from "../../pdata/signal.ts";
import { assembleExporter } from "../../sending/assemble-exporter.ts";
import { otlpGrpcConfig } from "./config.ts";
import { OtlpGrpcSender } from "./otlp-grpc-sender.ts";

export const otlpGrpc = defineExporter({
  type: "otlp_grpc",
  aliases: [{ type: "otlp", notice: '"otlp" alias is deprecated; use "otlp_grpc" instead' }],
  stability: "stable",
  description: "Sends traces, metrics and logs as OTLP over gRPC",
  config: otlpGrpcConfig,
  signals,
  create: (config, settings) => assembleExporter({ config, settings, sender: new OtlpGrpcSender(config, settings) }),
});
