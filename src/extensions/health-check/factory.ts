import { defineExtension } from "../../component/factory.ts";
import { parseEndpoint } from "../../net/endpoint.ts";
import { healthCheckConfig } from "./config.ts";
import { HealthCheckExtension } from "./health-check-extension.ts";

export const healthCheck = defineExtension({
  type: "health_check",
  stability: "beta",
  description: "Answers over HTTP whether the collector takes data, as a whole and per pipeline",
  config: healthCheckConfig,
  listens: ({ endpoint }) => [{ ...parseEndpoint(endpoint), path: ["endpoint"] }],
  create: (config, settings) => new HealthCheckExtension(config, settings),
});
