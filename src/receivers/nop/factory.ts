import { defineReceiver } from "../../component/factory.ts";
import { section } from "../../component/fields.ts";
import { signals } from "../../pdata/signal.ts";

export const nopReceiver = defineReceiver({
  type: "nop",
  stability: "beta",
  description: "Receives nothing, so that a pipeline has a receiver",
  config: section({}),
  signals,
  create: () => ({ start: () => Promise.resolve(), shutdown: () => Promise.resolve() }),
});
