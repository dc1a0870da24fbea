import type { Host, SpanSample } from "../../component/host.ts";
import { html, link, table, type Html } from "./html.ts";
import { pagePaths, type Page } from "./page.ts";

const bucketNames = [">0s", ">10µs", ">100µs", ">1ms", ">10ms", ">100ms", ">1s", ">10s", ">1m40s"];

/** Meaning of `ztype`. */
const kinds = { active: "0", latency: "1", error: "2" } as const;

/** `/debug/tracez`: how long the collector's own steps take, with samples. */
export function tracesPage(host: Host, query: URLSearchParams): Page {
  const spans = host.spanSamples();
  const summary = spans.names().map((name) => ({ name, ...spans.of(name) }));
  const rows = summary.map(({ name, active, counts, errorCount }) => {
    const cell = (value: number, ztype: string, bucket?: number): Html | number =>
      value === 0
        ? 0
        : html`${link(
            pagePaths.traces,
            { zspanname: name, ztype, ...(bucket === undefined ? {} : { zlatencybucket: String(bucket) }) },
            value,
          )}`;
    return [
      name,
      cell(active, kinds.active),
      ...bucketNames.map((_, bucket) => cell(counts[bucket] ?? 0, kinds.latency, bucket)),
      cell(errorCount, kinds.error),
    ];
  });
  const chosen = chosenSamples(host, query);
  return {
    title: "Trace Spans",
    body: html`
      ${table(["Span Name", "Active", ...bucketNames, "Errors"], rows)}
      ${chosen === undefined ? undefined : html`<h3>${chosen.title}</h3>`}
      ${chosen === undefined ? undefined : sampleTable(chosen.samples)}
    `,
    json: {
      spans: summary.map(({ name, active, counts, errorCount }) => ({
        name,
        active,
        latency: Object.fromEntries(bucketNames.map((bucket, index) => [bucket, counts[index] ?? 0])),
        errors: errorCount,
      })),
      samples: chosen?.samples ?? [],
    },
  };
}

interface ChosenSamples {
  readonly title: string;
  readonly samples: readonly SpanSample[];
}

function chosenSamples(host: Host, query: URLSearchParams): ChosenSamples | undefined {
  const name = query.get("zspanname");
  if (name === null || !host.spanSamples().names().includes(name)) return undefined;
  const { active, buckets, errors } = host.spanSamples().of(name);
  switch (query.get("ztype")) {
    case kinds.active:
      // Those under way are counted, not kept: they show once they have ended.
      return { title: `${name}: ${active} active`, samples: [] };
    case kinds.error:
      return { title: `${name}: errors`, samples: errors };
    default: {
      const bucket = Number(query.get("zlatencybucket") ?? 0);
      return { title: `${name}: ${bucketNames[bucket] ?? ""}`, samples: buckets[bucket] ?? [] };
    }
  }
}

function sampleTable(samples: readonly SpanSample[]): Html {
  return table(
    ["When", "Elapsed", "Fields", "Error"],
    samples.toReversed().map((sample) => [
      new Date(sample.startUnixMs).toISOString(),
      `${sample.durationMs.toFixed(3)} ms`,
      Object.entries(sample.fields)
        .map(([key, value]) => `${key}=${value}`)
        .join(" "),
      sample.error === undefined ? "" : html`<code>${sample.error}</code>`,
    ]),
  );
}
