import t from "tap";
import { isLoopback, parseGrpcTarget } from "../../../src/net/client/grpc-target.ts";

t.test("parseGrpcTarget() reads every form that upstream takes", (t) => {
  const cases: readonly (readonly [text: string, uri: string, address: string, isTlsForced: boolean])[] = [
    ["127.0.0.1:4317", "dns:///127.0.0.1:4317", "127.0.0.1:4317", false],
    ["localhost:4317", "dns:///localhost:4317", "localhost:4317", false],
    ["http://backend:4317", "dns:///backend:4317", "backend:4317", false],
    ["https://backend:4317", "dns:///backend:4317", "backend:4317", true],
    ["HTTPS://backend:4317", "dns:///backend:4317", "backend:4317", true],
    ["[::1]:4317", "dns:///[::1]:4317", "[::1]:4317", false],
    [":4317", "dns:///localhost:4317", "localhost:4317", false],
    ["dns:4317", "dns:///dns:4317", "dns:4317", false],
    ["dns:///backend:4317", "dns:///backend:4317", "backend:4317", false],
    ["dns://8.8.8.8/backend:4317", "dns://8.8.8.8/backend:4317", "backend:4317", false],
    ["passthrough:///backend:4317", "dns:///backend:4317", "backend:4317", false],
    ["unix:///run/otel.sock", "unix:/run/otel.sock", "unix:/run/otel.sock", false],
    ["unix:run/otel.sock", "unix:run/otel.sock", "unix:run/otel.sock", false],
  ];
  for (const [text, uri, address, isTlsForced] of cases) {
    const target = parseGrpcTarget(text);
    t.same([target.uri, target.address, target.isTlsForced], [uri, address, isTlsForced], text);
  }
  t.end();
});

t.test("parseGrpcTarget() says what is wrong in upstream's words", (t) => {
  const cases: readonly (readonly [text: string, message: string])[] = [
    ["backend", "address backend: missing port in address"],
    ["[::1]", "address [::1]: missing port in address"],
    ["::1:4317", "address ::1:4317: too many colons in address"],
    ["backend:otlp", 'invalid port "otlp"'],
    ["backend:", 'invalid port ""'],
    ["backend:70000", 'invalid port "70000"'],
    ["http://backend:4317/v1/traces", 'invalid port "4317/v1/traces"'],
    ["unix://", "unix socket path cannot be empty"],
    ["xds:///backend:1", 'scheme "xds" is not supported, write host:port, dns:///host:port or unix:///path'],
  ];
  for (const [text, message] of cases) t.throws(() => parseGrpcTarget(text), { message }, text);
  t.end();
});

t.test("isLoopback() knows this machine, and no name that looks like it", (t) => {
  for (const host of ["", "localhost", "127.0.0.1", "127.9.9.9", "::1", "x.localhost"]) t.ok(isLoopback(host), host);
  for (const host of ["127.example.com", "128.0.0.1", "backend", "::2"]) t.notOk(isLoopback(host), host);
  t.end();
});
