import t from "tap";
import { endpointRows, formatEndpointTable } from "../../src/cli/endpoint-table.ts";

const endpoints = [
  { componentId: "otlp", protocol: "OTLP gRPC and HTTP", host: "127.0.0.1", port: 4317 },
  { componentId: "otlp", protocol: "OTLP gRPC and HTTP", host: "::1", port: 4317 },
  { componentId: "zpages", protocol: "zPages", host: "0.0.0.0", port: 55679 },
  { componentId: "service", protocol: "Prometheus metrics", host: "localhost", port: 888 },
  { componentId: "service", protocol: "Prometheus metrics", host: "192.0.2.1", port: 888 },
];

t.test("the table says on which port what is spoken, and who can reach it", async (t) => {
  t.equal(
    formatEndpointTable(endpointRows(endpoints, false)),
    [
      "  PORT   PROTOCOL            ADDRESS           REACHABLE FROM",
      "  888    Prometheus metrics  localhost         this machine only",
      "  888    Prometheus metrics  192.0.2.1         every machine that can reach this host",
      "  4317   OTLP gRPC and HTTP  127.0.0.1, [::1]  this machine only",
      "  55679  zPages              0.0.0.0           every machine that can reach this host",
      "",
    ].join("\n"),
  );
});

t.test("in a container, loopback is the container's own", async (t) => {
  const reach = endpointRows(endpoints, true).map((row) => row.reach);
  t.strictSame(
    new Set(reach),
    new Set(["inside this container only", "every machine that can reach this container, or its published port"]),
  );
});

t.test("without ports there is no table", async (t) => {
  t.equal(formatEndpointTable(endpointRows([], false)), "");
});
