// What the bench of Wavefront lines encodes; `npm run interop:proxy` shows the lines to the decoders of a proxy.
import { decodeJson } from "../src/pdata/json/decode-json.ts";

type Value = string | number | boolean;

function attributes(values: Readonly<Record<string, Value>>): object[] {
  return Object.entries(values).map(([key, value]) => {
    if (typeof value === "string") return { key, value: { stringValue: value } };
    if (typeof value === "boolean") return { key, value: { boolValue: value } };
    return { key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } };
  });
}

function spanAttributes(index: number): Readonly<Record<string, Value>> {
  return {
    "http.request.method": "GET",
    "http.response.status_code": 200,
    "url.full": `http://shop.example/api/v2/orders/${index}`,
    "user_agent.original": "Mozilla/5.0 (X11; Linux x86_64)",
    "server.address": "shop.example",
    "server.port": 8080,
    "network.peer.address": "10.0.0.7",
    "thread.id": 17 + (index % 5),
    "thread.name": "worker-7",
    "cache.hit": index % 2 === 0,
    "duration.ratio": (index % 100) / 8,
    "tenant": "acme",
  };
}

function hexId(index: number, length: number): string {
  return Array.from({ length }, (_, at) => (((index * 31 + at * 7) & 0xff) | 1).toString(16).padStart(2, "0")).join("");
}

const resource = {
  attributes: attributes({ "service.name": "checkout", "application": "shop", "host.name": "host-1" }),
};

/** Spans with 12 attributes, `extra` ones, and one event. */
export function spans(count: number, extra: Readonly<Record<string, Value>> = {}) {
  const list = Array.from({ length: count }, (_, index) => ({
    traceId: hexId(index, 16),
    spanId: hexId(index, 8),
    parentSpanId: hexId(index + 1, 8),
    name: "GET /api/v2/orders",
    kind: 2,
    startTimeUnixNano: String(1_795_176_000_000_000_000n + BigInt(index) * 1_234_567n),
    endTimeUnixNano: String(1_795_176_000_087_000_000n + BigInt(index) * 1_234_567n),
    attributes: attributes({ ...spanAttributes(index), ...extra }),
    events: [
      { timeUnixNano: "1795176000010000000", name: "message", attributes: attributes({ id: index, type: "SENT" }) },
    ],
  }));
  const request = { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "bench" }, spans: list }] }] };
  return decodeJson("traces", Buffer.from(JSON.stringify(request)));
}

/** Points with 3 attributes. */
export function points(count: number) {
  const dataPoints = Array.from({ length: count }, (_, index) => ({
    timeUnixNano: "1795176000123456789",
    attributes: attributes({ "dag_id": "nightly_orders", "task_id": `extract_${index % 17}`, "host.ip": "10.0.0.7" }),
    ...(index % 2 === 0 ? { asInt: String(index * 7) } : { asDouble: index / 8 }),
  }));
  const metrics = [{ name: "airflow.task.duration", gauge: { dataPoints } }];
  const request = { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] };
  return decodeJson("metrics", Buffer.from(JSON.stringify(request)));
}
