import type { CollectorMeter } from "./collector-meter.ts";

/** The six series of reference §11.5 about the process itself, read at each scrape. */
export function addProcessMetrics(meter: CollectorMeter): void {
  meter.observeCounter({ name: "otelcol_process_uptime", description: "Uptime of the process" }, () =>
    process.uptime(),
  );
  meter.observeCounter(
    { name: "otelcol_process_cpu_seconds", description: "Total CPU user and system time in seconds" },
    () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  );
  meter.observe({ name: "otelcol_process_memory_rss", description: "Total physical memory (resident set size)" }, () =>
    process.memoryUsage.rss(),
  );
  meter.observe(
    { name: "otelcol_process_runtime_heap_alloc_bytes", description: "Bytes of objects on the JavaScript heap" },
    () => process.memoryUsage().heapUsed,
  );
  meter.observe(
    {
      name: "otelcol_process_runtime_total_sys_memory_bytes",
      description: "Bytes of memory that the runtime has obtained: heap, and buffers outside of it",
    },
    () => {
      const { heapTotal, external } = process.memoryUsage();
      return heapTotal + external;
    },
  );
  let allocated = 0;
  let lastUsed = 0;
  meter.observeCounter(
    {
      name: "otelcol_process_runtime_total_alloc_bytes",
      description:
        "Cumulative bytes allocated on the JavaScript heap, as far as scrapes have seen them (a lower bound)",
    },
    () => {
      const { heapUsed } = process.memoryUsage();
      allocated += Math.max(0, heapUsed - lastUsed);
      lastUsed = heapUsed;
      return allocated;
    },
  );
}
