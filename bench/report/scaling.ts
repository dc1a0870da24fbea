import { compare } from "./compare.ts";
import { measures } from "./measures.ts";
import type { Results } from "./results.ts";
import { numberText, spreadOf } from "./statistics.ts";

/** Leaves room for bursts. */
const usableShare = 0.7;

/**
 * One scheduler with 1,000 task tries a minute. Recorded of Airflow 3.3.2: a run of four tries made 11 spans in 9 gRPC
 * requests; each try's process sends its own metrics over HTTP when it ends and on its interval, about three requests.
 */
const scheduler = { spansPerSecond: 46, traceRequestsPerSecond: 37, metricRequestsPerSecond: 50, pointsPerRequest: 15 };

/** Fills the `{{name}}` of the template of `docs/scaling.md` with figures from the raw results. */
export function scalingPage(runs: readonly Results[], template: string): string {
  const figures = figuresOf(runs);
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = figures[name];
    if (value === undefined) throw new Error(`Cannot write docs/scaling.md: nothing is called ${name}`);
    return value === null ? "(not measured)" : numberText(value);
  });
}

function figuresOf(runs: readonly Results[]): Readonly<Record<string, number | null>> {
  /** Of ours; microseconds per item are seconds per million. */
  const cpuOf = (scenario: string): number | null =>
    compare(runs, scenario, "go", measures.throughput[0]).ours?.median ?? null;
  const memoryOf = (scenario: string): number | null =>
    compare(runs, scenario, "go", measures.throughput[1]).ours?.median ?? null;
  const bytesPerSpan = (scenario: string): number | null =>
    spreadOf(
      runs.flatMap(({ samples }) =>
        samples.flatMap(({ scenario: name, peer, deliveredBytes, delivered }) =>
          name === scenario && peer === "ours" && deliveredBytes !== undefined && delivered !== undefined
            ? [deliveredBytes / delivered]
            : [],
        ),
      ),
    )?.median ?? null;
  const [grpcOne, httpOne, grpcMany] = [cpuOf("traces-grpc-1"), cpuOf("traces-http-1"), cpuOf("traces-grpc-512")];
  const [wavefrontSpan, wavefrontPoint] = [cpuOf("traces-grpc-512-wavefront"), cpuOf("metrics-grpc-512-wavefront")];
  const { spansPerSecond, traceRequestsPerSecond, metricRequestsPerSecond, pointsPerRequest } = scheduler;
  const schedulerOtlp = of(
    [grpcOne, httpOne, grpcMany],
    (grpc, http, item) =>
      traceRequestsPerSecond * grpc + metricRequestsPerSecond * (http + (pointsPerRequest - 1) * item),
  );
  const schedulerWavefront = of(
    [schedulerOtlp, wavefrontSpan, wavefrontPoint],
    (otlp, span, point) => otlp + spansPerSecond * span + metricRequestsPerSecond * pointsPerRequest * point,
  );
  const perCore = (microseconds: number | null): number | null =>
    of([microseconds], (cost) => Math.floor((usableShare * 1e6) / cost));
  const plainBytes = bytesPerSpan("traces-grpc-512");
  return {
    ...scheduler,
    usablePercent: usableShare * 100,
    grpcOne,
    httpOne,
    grpcMany,
    wavefrontSpan,
    wavefrontPoint,
    logMany: cpuOf("logs-grpc-512"),
    spansPerCore: perCore(grpcMany),
    requestsPerCore: perCore(grpcOne),
    schedulerOtlpPercent: of([schedulerOtlp], (cost) => cost / 1e4),
    schedulerWavefrontPercent: of([schedulerWavefront], (cost) => cost / 1e4),
    schedulersPerCore: perCore(schedulerOtlp),
    schedulersPerCoreWavefront: perCore(schedulerWavefront),
    memoryMib: memoryOf("traces-grpc-512"),
    plainBytes,
    gzipBytes: bytesPerSpan("traces-grpc-512-gzip-out"),
    outageMib: of([plainBytes], (bytes) => (bytes * spansPerSecond * 3600) / 2 ** 20),
    fleetGibPerHour: of([plainBytes], (bytes) => (bytes * 100_000 * 3600) / 2 ** 30),
    fleetCores: of([grpcMany], (cost) => Math.ceil((100_000 * cost) / 1e6 / usableShare)),
    fleetCoresSmall: of([grpcOne], (cost) => Math.ceil((100_000 * cost) / 1e6 / usableShare)),
    fleetMbitPlain: of([plainBytes], (bytes) => (bytes * 8 * 100_000) / 1e6),
  };
}

/** Nothing comes of what was not measured. */
function of(values: readonly (number | null)[], calculate: (...known: number[]) => number): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? calculate(...known) : null;
}
