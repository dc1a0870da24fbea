import type { Metric } from "prom-client";
import { scrapedName, type NamingOptions } from "./metric-names.ts";
import type { HistogramSeries, MetricFamily, MetricStore } from "./metric-store.ts";

export const prometheusContentType = "text/plain; version=0.0.4; charset=utf-8";

interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * Everything in `store` in Prometheus' text format. `prom-client` writes it; it is loaded by the first scrape, because
 * it takes longer to load than the rest of the telemetry and a start should not wait for it.
 */
export async function prometheusText(store: MetricStore, naming: NamingOptions): Promise<string> {
  const { Registry } = await import("prom-client");
  const registry = new Registry();
  for (const family of store.families()) registry.registerMetric(asMetric(family, naming));
  // Upstream has no empty lines between metrics. A line end within a help text or label is escaped, so this is safe.
  return (await registry.metrics()).replaceAll("\n\n", "\n");
}

/** What a registry asks of a metric is its name and `get`; the values are ours, not prom-client's. */
function asMetric(family: MetricFamily, naming: NamingOptions): Metric {
  const name = scrapedName(family.name, family.kind, naming);
  const metric = {
    name,
    get: () => Promise.resolve({ name, help: family.help, type: family.kind, values: samplesOf(name, family) }),
  };
  return metric as unknown as Metric;
}

function samplesOf(name: string, family: MetricFamily): Sample[] {
  const samples: Sample[] = [];
  for (const key of Array.from(family.values.keys()).toSorted()) {
    const series = family.values.get(key);
    if (series !== undefined) samples.push({ labels: series.labels, value: series.read?.() ?? series.value });
  }
  for (const key of Array.from(family.histograms.keys()).toSorted()) {
    const series = family.histograms.get(key);
    if (series !== undefined) addHistogram(samples, name, series);
  }
  return samples;
}

function addHistogram(samples: Sample[], name: string, series: HistogramSeries): void {
  let count = 0;
  for (let index = 0; index < series.counts.length; index++) {
    count += series.counts[index] as number;
    const le = series.buckets[index] ?? "+Inf";
    samples.push({ metricName: `${name}_bucket`, labels: { ...series.labels, le }, value: count });
  }
  samples.push({ metricName: `${name}_sum`, labels: series.labels, value: series.sum });
  samples.push({ metricName: `${name}_count`, labels: series.labels, value: count });
}
