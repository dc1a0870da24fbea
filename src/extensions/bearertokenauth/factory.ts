import { defineExtension } from "../../component/factory.ts";
import { BearerTokenAuth } from "./bearer-token-auth.ts";
import { bearerTokenAuthConfig } from "./config.ts";

export const bearerTokenAuth = defineExtension({
  type: "bearertokenauth",
  stability: "beta",
  description: "Asks clients for a token, and signs requests of exporters with one",
  config: bearerTokenAuthConfig,
  create: (config, settings) => new BearerTokenAuth(config, settings),
});
