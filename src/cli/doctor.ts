import { readFileSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import type { Config } from "../config/config.ts";
import { formatEndpoint } from "../net/endpoint.ts";
import { portHolder } from "../net/port-holder.ts";
import { askHttp } from "./ask-http.ts";
import { reachText } from "./reach-text.ts";
import { expectedPorts, targetsOf, urlOf, type ExpectedPort } from "./running-collector.ts";
import { sendTest, testProtocols } from "./send-test.ts";

export interface Check {
  readonly name: string;
  /** `skip`: could not be looked at, which is nobody's fault. */
  readonly status: "ok" | "warn" | "fail" | "skip";
  readonly detail: string;
  /** What to change. */
  readonly remedy?: string;
}

export interface DoctorOptions {
  readonly timeoutMs: number;
  readonly insecure: boolean;
  /** Send a span by each protocol. */
  readonly sends: boolean;
}

/** Looks at the collector that runs with `config` on this machine, and at what it sends to. Never rejects. */
export async function examine(config: Config, options: DoctorOptions): Promise<readonly Check[]> {
  const ports = expectedPorts(config).filter(({ port }) => port !== 0);
  const checks: Check[] = [];
  for (const port of ports) checks.push(await checkPort(port, options));
  const zpages = ports.find(({ type }) => type === "zpages");
  if (options.sends) checks.push(...(await checkDelivery(config, ports, zpages, options)));
  for (const target of targetsOf(config)) checks.push(...(await checkTarget(target, options)));
  checks.push(...checkLimits(config, ports));
  return checks;
}

async function checkPort(port: ExpectedPort, { timeoutMs }: DoctorOptions): Promise<Check> {
  const { hostname } = urlOf(port);
  const name = `port ${port.port} (${port.componentId})`;
  try {
    await connect(hostname, port.port, timeoutMs);
    return { name, status: "ok", detail: `open, held by ${portHolder(port.port)}` };
  } catch (error) {
    const { answer } = reachText(error, urlOf(port));
    return {
      name,
      status: port.isAuxiliary ? "warn" : "fail",
      detail: answer,
      remedy: "start the collector with this configuration; if it runs, its log says why the port is not open",
    };
  }
}

function connect(host: string, port: number, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: host.replace(/^\[(.*)\]$/, "$1"), port });
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });
}

/** What `/debug/ledger` tells, as far as it is looked at here. */
interface LedgerPage {
  readonly receivers: readonly { readonly id: string; readonly received: number; readonly refused: number }[];
  readonly pipelines: readonly {
    readonly id: string;
    readonly exporters: readonly {
      readonly id: string;
      readonly sent: number;
      readonly held: number;
      readonly dropped: Readonly<Record<string, number>>;
    }[];
  }[];
}

/** A span by each protocol to each OTLP port, and what the ledger of the collector says of them. */
async function checkDelivery(
  config: Config,
  ports: readonly ExpectedPort[],
  zpages: ExpectedPort | undefined,
  options: DoctorOptions,
): Promise<readonly Check[]> {
  const otlp = ports.filter(({ type }) => type === "otlp");
  const takesTraces = [...config.service.pipelines.values()].some(
    ({ signal, receivers }) =>
      signal === "traces" && receivers.some((id) => otlp.some((port) => port.componentId === id)),
  );
  if (!takesTraces) return [{ name: "test span", status: "skip", detail: "no traces pipeline has an otlp receiver" }];
  const checks: Check[] = [];
  const before = zpages && (await readLedger(zpages, options));
  let acceptedCount = 0;
  for (const port of otlp) {
    for (const protocol of testProtocols) {
      const url = urlOf(port);
      const result = await sendTest("traces", protocol, {
        ...options,
        url,
        headers: {},
        serviceName: "otelcol-doctor",
      });
      if (result.accepted) acceptedCount++;
      const { answer, remedy, tookMs } = result;
      checks.push({
        name: `span by ${protocol} to ${port.port}`,
        status: result.accepted ? "ok" : "fail",
        detail: `${answer} (${tookMs} ms)`,
        ...(remedy !== undefined && { remedy }),
      });
    }
  }
  checks.push(await checkLedger(before, acceptedCount, zpages, options));
  return checks;
}

async function checkLedger(
  before: LedgerPage | undefined,
  acceptedCount: number,
  zpages: ExpectedPort | undefined,
  options: DoctorOptions,
): Promise<Check> {
  const name = "test spans in the ledger";
  if (zpages === undefined) {
    return {
      name,
      status: "skip",
      detail: "the configuration has no zpages",
      remedy: "add zpages to service::extensions",
    };
  }
  if (before === undefined) return { name, status: "skip", detail: "zpages does not answer" };
  const endMs = performance.now() + options.timeoutMs;
  for (;;) {
    const after = await readLedger(zpages, options);
    const received = after === undefined ? 0 : sumReceived(after) - sumReceived(before);
    const left = after === undefined ? 0 : sumOf(after, "sent") - sumOf(before, "sent");
    const dropped = after === undefined ? 0 : sumDropped(after) - sumDropped(before);
    const held = after === undefined ? 0 : sumOf(after, "held");
    const detail = `received ${received}; the exporters sent ${left}, hold ${held}, dropped ${dropped}`;
    if (dropped > 0) {
      return { name, status: "warn", detail, remedy: "see /debug/ledger for the reason, and the log of the exporter" };
    }
    // What a batch processor collects takes its timeout to come out.
    if (received >= acceptedCount && (left > 0 || acceptedCount === 0)) return { name, status: "ok", detail };
    if (performance.now() > endMs) {
      const remedy = "the exporters have not sent them yet: see the targets below, and the last error on /debug/ledger";
      return { name, status: received >= acceptedCount ? "warn" : "fail", detail, remedy };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function readLedger(
  zpages: ExpectedPort,
  { timeoutMs, insecure }: DoctorOptions,
): Promise<LedgerPage | undefined> {
  try {
    const { status, body } = await askHttp(urlOf(zpages, "/debug/ledger?format=json"), { timeoutMs, insecure });
    return status === 200 ? (JSON.parse(body.toString()) as LedgerPage) : undefined;
  } catch {
    return undefined;
  }
}

function sumReceived({ receivers }: LedgerPage): number {
  return receivers.reduce((sum, { received }) => sum + received, 0);
}

function sumOf({ pipelines }: LedgerPage, key: "sent" | "held"): number {
  return pipelines.flatMap(({ exporters }) => exporters).reduce((sum, exporter) => sum + exporter[key], 0);
}

function sumDropped({ pipelines }: LedgerPage): number {
  const counts = pipelines.flatMap(({ exporters }) => exporters.flatMap(({ dropped }) => Object.values(dropped)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Largest difference to a target's clock that nobody notices in a trace, in ms. */
const clockToleranceMs = 2000;

async function checkTarget(
  { componentId, endpoint }: { readonly componentId: string; readonly endpoint: string },
  { timeoutMs, insecure }: DoctorOptions,
): Promise<readonly Check[]> {
  const name = `target ${endpoint} (${componentId})`;
  const url = URL.parse(endpoint.includes("://") ? endpoint : `http://${endpoint}`);
  if (url === null || url.hostname === "") return [{ name, status: "skip", detail: "no host and port to look at" }];
  const port = Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port);
  const startMs = performance.now();
  try {
    await connect(url.hostname, port, timeoutMs);
  } catch (error) {
    const { answer, remedy } = reachText(error, url);
    const hint = remedy.startsWith("start the collector") ? "start the backend, or correct the endpoint" : remedy;
    return [{ name, status: "fail", detail: answer, remedy: hint }];
  }
  const took = Math.round(performance.now() - startMs);
  const reached: Check = {
    name,
    status: "ok",
    detail: `${formatEndpoint(url.hostname, port)} accepts connections (${took} ms)`,
  };
  if (!endpoint.startsWith("http")) return [reached];
  try {
    const { headers } = await askHttp(new URL(url.origin), { timeoutMs, insecure });
    const theirs = Date.parse(String(headers.date ?? ""));
    return Number.isNaN(theirs) ? [reached] : [reached, checkClock(endpoint, theirs)];
  } catch {
    return [reached];
  }
}

function checkClock(endpoint: string, theirsUnixMs: number): Check {
  const name = `clock beside ${endpoint}`;
  // The header has whole seconds.
  const differenceMs = Date.now() - (theirsUnixMs + 500);
  if (Math.abs(differenceMs) <= clockToleranceMs) return { name, status: "ok", detail: "within 2 s" };
  const detail = `this machine is ${Math.round(Math.abs(differenceMs) / 1000)} s ${differenceMs > 0 ? "ahead" : "behind"}`;
  return {
    name,
    status: "warn",
    detail,
    remedy: "set the clock (NTP): backends drop or misplace what is too old or too new",
  };
}

/** Fewer file descriptors than that run out with a few hundred connections and a queue on disk. */
const fewFiles = 1024;

function checkLimits(config: Config, ports: readonly ExpectedPort[]): readonly Check[] {
  const checks: Check[] = [];
  const pids = ports.map(({ port }) => /\(pid (\d+)\)/.exec(portHolder(port))?.[1]);
  const pid = pids.find((one) => one !== undefined) ?? "self";
  const files = Number(/^Max open files\s+(\d+)/m.exec(read(`/proc/${pid}/limits`))?.[1] ?? Number.NaN);
  if (!Number.isNaN(files)) {
    const isFew = files < fewFiles;
    const remedy = "raise it: ulimit -n 65536, or LimitNOFILE= of the service";
    checks.push({
      name: "open files",
      status: isFew ? "warn" : "ok",
      detail: `at most ${files}`,
      ...(isFew && { remedy }),
    });
  }
  const cgroup = Number(read("/sys/fs/cgroup/memory.max").trim() || Number.NaN);
  const availableMib = Math.floor(Math.min(os.totalmem(), Number.isNaN(cgroup) ? Infinity : cgroup) / 1024 / 1024);
  for (const [id, { config: limiter, factory }] of config.processors) {
    const { limitMib } = limiter as { readonly limitMib?: number };
    if (factory.type !== "memory_limiter" || typeof limitMib !== "number" || limitMib === 0) continue;
    const isTooMuch = limitMib > availableMib * 0.9;
    checks.push({
      name: `memory (${id})`,
      status: isTooMuch ? "warn" : "ok",
      detail: `limit_mib ${limitMib} of ${availableMib} MiB that this machine or container has`,
      ...(isTooMuch && { remedy: "lower limit_mib, or the process is killed before the limit acts" }),
    });
  }
  return checks;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Not this system.
    return "";
  }
}
