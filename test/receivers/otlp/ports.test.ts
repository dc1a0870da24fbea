import * as v from "valibot";
import t from "tap";
import { otlpReceiverConfig } from "../../../src/receivers/otlp/config.ts";
import { planPorts } from "../../../src/receivers/otlp/ports.ts";

/** `host:port`, with `*` for all interfaces and `(legacy)`. */
function plan(protocols: object, inContainer = false): string[] {
  return planPorts(v.parse(otlpReceiverConfig, { protocols }), inContainer).map(
    ({ kinds, endpoint, allInterfaces, isLegacy }) =>
      `${kinds.join("+")} ${allInterfaces ? "*" : endpoint.host}:${endpoint.port}${isLegacy ? " (legacy)" : ""}`,
  );
}

t.test("planPorts() opens loopback outside containers, and the legacy port beside the default", (t) => {
  t.same(plan({ grpc: null, http: null }), [
    "grpc localhost:4317",
    "http localhost:4318",
    "http localhost:55681 (legacy)",
  ]);
  t.same(plan({ grpc: null }), ["grpc localhost:4317"]);
  t.same(plan({ http: null }), ["http localhost:4318", "http localhost:55681 (legacy)"]);
  t.end();
});

t.test("planPorts() opens every interface in a container for the default, not for what the user wrote", (t) => {
  t.same(plan({ grpc: null, http: null }, true), ["grpc *:4317", "http *:4318", "http *:55681 (legacy)"]);
  t.same(plan({ grpc: { endpoint: "localhost:4317" }, http: { endpoint: "localhost:9000" } }, true), [
    "grpc localhost:4317",
    "http localhost:9000",
  ]);
  t.end();
});

t.test("planPorts() opens the legacy port only while the HTTP endpoint is a default", (t) => {
  t.same(plan({ http: { endpoint: "0.0.0.0:4318" } }), ["http 0.0.0.0:4318", "http 0.0.0.0:55681 (legacy)"]);
  t.same(plan({ http: { endpoint: "localhost:4318" } }), ["http localhost:4318", "http localhost:55681 (legacy)"]);
  t.same(plan({ http: { endpoint: "127.0.0.1:4318" } }), ["http 127.0.0.1:4318"]);
  t.same(plan({ http: { endpoint: "0.0.0.0:55681" } }), ["http 0.0.0.0:55681"]);
  t.end();
});

t.test("planPorts() opens one port where both protocols name the same", (t) => {
  t.same(plan({ grpc: { endpoint: ":4317" }, http: { endpoint: ":4317" } }), ["grpc+http :4317"]);
  t.end();
});
