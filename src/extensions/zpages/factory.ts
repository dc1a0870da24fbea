import { defineExtension } from "../../component/factory.ts";
import { parseEndpoint } from "../../net/endpoint.ts";
import { zpagesConfig } from "./config.ts";
import { ZpagesExtension } from "./zpages-extension.ts";

export const zpages = defineExtension({
  type: "zpages",
  stability: "beta",
  description: "Web pages about the running collector: pipelines, counts, last errors, own latencies",
  config: zpagesConfig,
  listens: ({ endpoint }) => [{ ...parseEndpoint(endpoint), path: ["endpoint"] }],
  create: (config, settings) => new ZpagesExtension(config, settings),
});
