import { defineExporter } from "../../component/factory.ts";
import { signals } from "../../pdata/signal.ts";
import { assembleExporter } from "../../sending/assemble-exporter.ts";
import { otlpHttpConfig } from "./config.ts";
import { OtlpHttpSender } from "./otlp-http-sender.ts";

export const otlpHttp = defineExporter({
  type: "otlp_http",
  aliases: [{ type: "otlphttp", notice: '"otlphttp" alias is deprecated; use "otlp_http" instead' }],
  stability: "stable",
  description: "Sends traces, metrics and logs as OTLP over HTTP",
  config: otlpHttpConfig,
  signals,
  create: (config, settings) => assembleExporter({ config, settings, sender: new OtlpHttpSender(config, settings) }),
});
