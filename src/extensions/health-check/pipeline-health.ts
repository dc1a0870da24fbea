import type { ComponentReport, ComponentStatus, Host } from "../../component/host.ts";

/** The state of one pipeline, as `/readyz` tells it. */
export interface PipelineHealth {
  /** `ok`, or the worst that one of its components has reported. */
  readonly status: ComponentStatus;
  /** Components that are not well, or that had an error within the last minute. */
  readonly components: readonly {
    readonly id: string;
    readonly kind: string;
    readonly status: ComponentStatus;
    /** Items that it holds, waiting or being sent. */
    readonly held: number;
    readonly lastError?: string;
    readonly lastErrorTime?: string;
  }[];
}

/** From harmless to bad. */
const order: readonly ComponentStatus[] = [
  "ok",
  "recoverable_error",
  "starting",
  "stopping",
  "stopped",
  "permanent_error",
  "fatal_error",
];

const recentMs = 60_000;

/** By pipeline id, sorted. Costs nothing but the asking. */
export function pipelineHealth(host: Host, nowUnixMs: number): Readonly<Record<string, PipelineHealth>> {
  const components = host.components();
  const ids = host.pipelines().map(({ id }) => id);
  return Object.fromEntries(ids.toSorted().map((id) => [id, healthOf(id, components, nowUnixMs)]));
}

function healthOf(id: string, components: readonly ComponentReport[], nowUnixMs: number): PipelineHealth {
  const own = components.filter(({ pipelines }) => pipelines.includes(id));
  let worst = 0;
  for (const { status } of own) worst = Math.max(worst, order.indexOf(status));
  const isRecent = ({ lastError }: ComponentReport): boolean =>
    lastError !== undefined && nowUnixMs - lastError.unixMs < recentMs;
  return {
    status: order[worst] ?? "ok",
    components: own
      .filter((component) => component.status !== "ok" || isRecent(component))
      .map(({ id: { text }, kind, status, held, lastError }) => ({
        id: text,
        kind,
        status,
        held,
        ...(lastError !== undefined && {
          lastError: lastError.message,
          lastErrorTime: new Date(lastError.unixMs).toISOString(),
        }),
      })),
  };
}

/** Whether data of the pipeline is taken: what can mend itself does not count against it. */
export function isServing({ status }: PipelineHealth): boolean {
  return status === "ok" || status === "recoverable_error";
}
