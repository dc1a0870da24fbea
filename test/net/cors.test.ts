import type { IncomingMessage } from "node:http";
import t from "tap";
import { Cors, type CorsConfig } from "../../src/net/cors.ts";

const config: CorsConfig = {
  allowedOrigins: ["https://*.example.com"],
  allowedHeaders: ["X-Tenant"],
  exposedHeaders: ["X-Id"],
  maxAge: 600,
};

/** Only the method and the headers of a request matter here. */
function request(method: string, headers: Record<string, string>): IncomingMessage {
  return { method, headers } as unknown as IncomingMessage;
}

const preflight = (origin: string, method: string, headers?: string): IncomingMessage =>
  request("OPTIONS", {
    origin,
    "access-control-request-method": method,
    ...(headers !== undefined && { "access-control-request-headers": headers }),
  });

t.test("Cors allows a preflight that fits, and echoes what it asked for", (t) => {
  const cors = new Cors(config);
  const asked = preflight("https://a.example.com", "POST", "content-type, x-tenant");
  t.ok(cors.isPreflight(asked));
  t.same(cors.preflightHeaders(asked), {
    "vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    "access-control-allow-origin": "https://a.example.com",
    "access-control-allow-methods": "POST",
    "access-control-allow-credentials": "true",
    "access-control-allow-headers": "content-type, x-tenant",
    "access-control-max-age": "600",
  });
  t.end();
});

t.test("Cors gives no permission for another origin, method or header", (t) => {
  const cors = new Cors(config);
  const refused = [
    preflight("https://example.org", "POST"),
    preflight("https://a.example.com.evil.org", "POST"),
    preflight("https://a.example.com", "DELETE"),
    preflight("https://a.example.com", "POST", "authorization"),
  ];
  for (const asked of refused) {
    t.same(Object.keys(cors.preflightHeaders(asked)), ["vary"], JSON.stringify(asked.headers));
  }
  t.end();
});

t.test("Cors answers real requests of allowed origins with their origin", (t) => {
  const cors = new Cors(config);
  t.match(cors.headers(request("POST", { origin: "https://a.example.com" })), {
    "access-control-allow-origin": "https://a.example.com",
    "access-control-expose-headers": "X-Id",
  });
  t.same(cors.headers(request("POST", { origin: "https://example.org" })), { vary: "Origin" });
  t.same(cors.headers(request("POST", {})), { vary: "Origin" });
  t.end();
});

t.test("Cors with a plain star allows every origin", (t) => {
  const cors = new Cors({ ...config, allowedOrigins: ["*"], allowedHeaders: ["*"], maxAge: 0 });
  t.match(cors.preflightHeaders(preflight("http://x", "POST", "authorization")), {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "authorization",
  });
  t.end();
});

t.test("Cors is off without origins", (t) => {
  const cors = new Cors({ ...config, allowedOrigins: [] });
  t.notOk(cors.isOn);
  t.notOk(cors.isPreflight(preflight("http://x", "POST")));
  t.end();
});
