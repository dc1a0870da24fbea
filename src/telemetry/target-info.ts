import type { MetricStore } from "./metric-store.ts";

/** The series that carries the collector's own attributes as labels; dots become `_`. */
export function addTargetInfo(store: MetricStore, resource: Readonly<Record<string, string>>): void {
  const labels: Record<string, string> = {};
  for (const key of Object.keys(resource).toSorted()) {
    labels[key.replaceAll(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d)/, "_")] = resource[key] ?? "";
  }
  const series = store.value("gauge", "target_info", "Target metadata [Alpha]", labels);
  series.value = 1;
}
