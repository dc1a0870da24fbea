import { request } from "node:http";
import type { Signal } from "../../src/pdata/signal.ts";
import { until } from "./wait.ts";
import type { PinnedProcess } from "./pinned-process.ts";

const times = { timeUnixNano: "1" };
const span = { traceId: "70726f62652d74726163652d69642d30", spanId: "70726f62652d6964", name: "probe" };
const spanTimes = { startTimeUnixNano: "1", endTimeUnixNano: "2" };
const metric = { name: "probe", gauge: { dataPoints: [{ ...times, asInt: "1" }] } };

/** The smallest request of each signal that any backend takes: one item. */
const probes: Readonly<Record<Signal, string>> = {
  traces: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, ...spanTimes }] }] }] }),
  metrics: JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] }),
  logs: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ ...times, body: { stringValue: "p" } }] }] }] }),
};

/** Resolves when a request of one item, sent to `port` over HTTP, is accepted. */
export async function firstAccepted(
  port: number,
  signal: Signal,
  collector: PinnedProcess,
  limitMs = 60_000,
): Promise<void> {
  const accepted = (): Promise<boolean> => {
    collector.assertAlive();
    return post(port, signal);
  };
  await until("the first request is accepted", limitMs, accepted, 2);
}

function post(port: number, signal: Signal): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json" };
    const options = {
      port,
      host: "127.0.0.1",
      method: "POST",
      path: `/v1/${signal}`,
      headers,
      agent: false,
      timeout: 5000,
    };
    const sent = request(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    sent.on("timeout", () => sent.destroy());
    sent.on("error", () => resolve(false));
    sent.end(probes[signal]);
  });
}
