import type { Counts } from "../../pdata/count-items.ts";
import type { Signal } from "../../pdata/signal.ts";
import type { BatchText } from "../../text/batch-text.ts";
import type { TextBuffer } from "../../text/text-buffer.ts";
import { LogsText } from "./logs-text.ts";
import { MetricsText } from "./metrics-text.ts";
import { TracesText } from "./traces-text.ts";

/** How batches of one signal are printed. Callers are the lines of upstream's source, a column of its own. */
export interface SignalTexts {
  readonly countsCaller: string;
  /** Message of the entry with counts, and its one field. */
  readonly message: string;
  readonly field: string;
  /** Metrics are counted themselves, not their data points. */
  readonly counted: keyof Counts;
  readonly textCaller: string;
  text(out: TextBuffer): BatchText;
}

export const signalTexts: Readonly<Record<Signal, SignalTexts>> = {
  traces: {
    countsCaller: "loggingexporter/logging_exporter.go:40",
    message: "TracesExporter",
    field: "#spans",
    counted: "records",
    textCaller: "loggingexporter/logging_exporter.go:49",
    text: (out) => new TracesText(out),
  },
  metrics: {
    countsCaller: "loggingexporter/logging_exporter.go:54",
    message: "MetricsExporter",
    field: "#metrics",
    counted: "records",
    textCaller: "loggingexporter/logging_exporter.go:64",
    text: (out) => new MetricsText(out),
  },
  logs: {
    countsCaller: "loggingexporter/logging_exporter.go:69",
    message: "LogsExporter",
    field: "#logs",
    counted: "records",
    textCaller: "loggingexporter/logging_exporter.go:79",
    text: (out) => new LogsText(out),
  },
};
