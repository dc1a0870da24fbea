import { defineReceiver } from "../../component/factory.ts";
import { signals } from "../../pdata/signal.ts";
import { otlpReceiverConfig } from "./config.ts";
import { OtlpReceiver } from "./otlp-receiver.ts";
import { listenAddresses } from "./ports.ts";

export const otlp = defineReceiver({
  type: "otlp",
  stability: "stable",
  description: "Takes traces, metrics and logs in OTLP, over gRPC and HTTP on the same ports",
  config: otlpReceiverConfig,
  signals,
  listens: listenAddresses,
  create: (config, settings, outputs) => new OtlpReceiver({ config, settings, outputs }),
});
