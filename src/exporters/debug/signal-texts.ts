import type { Counts } from "../../pdata/count-items.ts";
import type { Signal } from "../../pdata/signal.ts";
import type { BatchText } from "../../text/batch-text.ts";
import type { TextBuffer } from "../../text/text-buffer.ts";
import { DetailedLogsText } from "./detailed/logs-text.ts";
import { DetailedMetricsText } from "./detailed/metrics-text.ts";
import { DetailedTracesText } from "./detailed/traces-text.ts";
import type { CountFields } from "./entries.ts";
import { NormalLogsText } from "./normal/logs-text.ts";
import { NormalMetricsText } from "./normal/metrics-text.ts";
import { NormalTracesText } from "./normal/traces-text.ts";

/** How batches of one signal are printed. */
export interface SignalTexts {
  /** Message of the entry with counts. */
  readonly message: string;
  countFields(counts: Counts): CountFields;
  normal(out: TextBuffer): BatchText;
  detailed(out: TextBuffer): BatchText;
}

export const signalTexts: Readonly<Record<Signal, SignalTexts>> = {
  traces: {
    message: "Traces",
    countFields: ({ resources, items }) => ({ "resource spans": resources, "spans": items }),
    normal: (out) => new NormalTracesText(out),
    detailed: (out) => new DetailedTracesText(out),
  },
  metrics: {
    message: "Metrics",
    countFields: ({ resources, records, items }) => ({
      "resource metrics": resources,
      "metrics": records,
      "data points": items,
    }),
    normal: (out) => new NormalMetricsText(out),
    detailed: (out) => new DetailedMetricsText(out),
  },
  logs: {
    message: "Logs",
    countFields: ({ resources, items }) => ({ "resource logs": resources, "log records": items }),
    normal: (out) => new NormalLogsText(out),
    detailed: (out) => new DetailedLogsText(out),
  },
};
