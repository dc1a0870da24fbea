import { defineExtension } from "../../component/factory.ts";
import { BasicAuthClient } from "./basic-auth-client.ts";
import { BasicAuthServer } from "./basic-auth-server.ts";
import { basicAuthConfig } from "./config.ts";

export const basicAuth = defineExtension({
  type: "basicauth",
  stability: "beta",
  description: "Asks clients for a user name and password, or signs requests of exporters with one",
  config: basicAuthConfig,
  create({ htpasswd, clientAuth }, settings) {
    if (htpasswd !== undefined) return new BasicAuthServer(htpasswd);
    if (clientAuth !== undefined) return new BasicAuthClient(clientAuth, settings);
    throw new Error("no credential source provided");
  },
});
