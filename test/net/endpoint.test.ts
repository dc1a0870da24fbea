import t from "tap";
import { formatEndpoint, isWildcard, parseEndpoint } from "../../src/net/endpoint.ts";

const good: readonly [string, string, number][] = [
  ["localhost:4317", "localhost", 4317],
  [":4317", "", 4317],
  ["0.0.0.0:0", "0.0.0.0", 0],
  ["[::1]:4317", "::1", 4317],
  ["[::]:65535", "::", 65_535],
  ["collector.example.com:55681", "collector.example.com", 55_681],
];

t.test("parseEndpoint() reads host and port", (t) => {
  for (const [text, host, port] of good) t.same(parseEndpoint(text), { host, port }, text);
  t.end();
});

const bad: readonly [string, string][] = [
  ["localhost", 'Cannot read endpoint "localhost": missing port in address, write host:port'],
  ["localhost:", 'Cannot read endpoint "localhost:": missing port in address, write host:port'],
  ["http://localhost:4318", 'Cannot read endpoint "http://localhost:4318": it has a scheme, write only host:port'],
  [
    "::1:4317",
    'Cannot read endpoint "::1:4317": too many colons in address, an IPv6 address stands in brackets: [::1]:4317',
  ],
  ["localhost:otlp", 'Cannot read endpoint "localhost:otlp": port otlp is not a number from 0 to 65535'],
  ["localhost:65536", 'Cannot read endpoint "localhost:65536": port 65536 is not a number from 0 to 65535'],
];

t.test("parseEndpoint() says what is wrong and what to write", (t) => {
  for (const [text, message] of bad) t.throws(() => parseEndpoint(text), { message }, text);
  t.end();
});

t.test("formatEndpoint() puts IPv6 addresses in brackets", (t) => {
  t.equal(formatEndpoint("127.0.0.1", 4317), "127.0.0.1:4317");
  t.equal(formatEndpoint("::1", 4317), "[::1]:4317");
  t.end();
});

t.test("isWildcard() knows the three spellings of every interface", (t) => {
  for (const host of ["", "0.0.0.0", "::"]) t.ok(isWildcard(host), host);
  t.notOk(isWildcard("127.0.0.1"));
  t.end();
});
