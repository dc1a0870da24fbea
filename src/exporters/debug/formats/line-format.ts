import { Buffer } from "node:buffer";
import type { Batch } from "../../../pdata/batch.ts";
import type { Signal } from "../../../pdata/signal.ts";
import {
  ExponentialPointView,
  HistogramPointView,
  LogRecordView,
  MetricView,
  NumberPointView,
  SummaryPointView,
  textOf,
  Walker,
  type RangeList,
  type ResourceView,
  type Visitor,
} from "../../../pdata/views/index.ts";
import { PointValues } from "../normal/point-values.ts";
import type { Format, FormatSink } from "./format.ts";
import { idText, SpanReader, type SpanText } from "./read-spans.ts";
import { clockText, durationText, millisOf } from "./span-texts.ts";
import { StyledLine, type Style } from "./styled-line.ts";
import { ValueTexts } from "./value-texts.ts";

/** Lines are written in pieces of about this many characters. */
const pieceLength = 64 * 1024;
const serviceName = Buffer.from("service.name");

/** One span, data point or log record a line, with the time in front. */
export class LineFormat implements Format, Visitor {
  readonly #sink: FormatSink;
  readonly #signal: Signal;
  readonly #spans = new SpanReader();
  readonly #walker = new Walker();
  readonly #texts = new ValueTexts();
  readonly #metric = new MetricView();
  readonly #log = new LogRecordView();
  readonly #number = new NumberPointView();
  readonly #histogram = new HistogramPointView();
  readonly #exponential = new ExponentialPointView();
  readonly #summary = new SummaryPointView();
  #service = "";
  #pending = "";

  constructor(sink: FormatSink, signal: Signal) {
    this.#sink = sink;
    this.#signal = signal;
  }

  print(batch: Batch): void {
    if (this.#signal === "traces") this.#spans.read(batch, (span) => this.#add(spanLine(span)));
    else this.#walker.walk(batch, this);
    this.#flush();
  }

  close(): void {}

  resource({ bytes, attributes }: ResourceView): void {
    this.#service = this.#texts.find(bytes, attributes, serviceName);
  }

  scope(): void {}

  record(bytes: Uint8Array, start: number, end: number): void {
    if (this.#signal === "logs") return this.#add(this.#logLine(this.#log.at(bytes, start, end)));
    const { points, type } = this.#metric.at(bytes, start, end);
    for (let index = 0; index < points.length; index++) {
      const line = this.#pointLine(type, points.start(index), points.end(index));
      if (line !== undefined) this.#add(line);
    }
  }

  #pointLine(type: MetricView["type"], start: number, end: number): StyledLine | undefined {
    const { bytes } = this.#metric;
    switch (type) {
      case "empty":
        return undefined;
      case "gauge":
      case "sum":
        return this.#point(this.#number.at(bytes, start, end), (values) => values.appendNumber(this.#number));
      case "histogram":
        return this.#point(this.#histogram.at(bytes, start, end), (values) => values.appendHistogram(this.#histogram));
      case "exponential_histogram":
        return this.#point(this.#exponential.at(bytes, start, end), (values) =>
          values.appendExponential(this.#exponential),
        );
      case "summary":
        return this.#point(this.#summary.at(bytes, start, end), (values) => values.appendSummary(this.#summary));
    }
  }

  #point(point: Point, append: (values: PointValues) => void): StyledLine {
    const { bytes, nameStart, nameEnd, unitStart, unitEnd } = this.#metric;
    const unit = textOf(bytes, unitStart, unitEnd);
    const attributes = this.#texts.attributes(bytes, point.attributes);
    return head(millisOf(point.timeLo, point.timeHi), this.#service)
      .add(textOf(bytes, nameStart, nameEnd), "bold")
      .add(` ${this.#texts.written((out) => append(new PointValues(out)))}`)
      .add(unit === "" ? "" : ` ${unit}`, "dim")
      .add(attributes === "" ? "" : ` ${attributes}`, "dim");
  }

  #logLine(log: LogRecordView): StyledLine {
    const { bytes } = log;
    const severity = textOf(bytes, log.severityTextStart, log.severityTextEnd) || severityName(log.severityNumber);
    const attributes = this.#texts.attributes(bytes, log.attributes);
    const traceId = idText(bytes, log.traceIdStart, log.traceIdEnd);
    const timeMs = millisOf(log.timeLo, log.timeHi) || millisOf(log.observedTimeLo, log.observedTimeHi);
    return head(timeMs, this.#service)
      .add(severity === "" ? "" : `${severity} `, severityStyle(log.severityNumber))
      .add(this.#texts.value(log.body))
      .add(attributes === "" ? "" : ` ${attributes}`, "dim")
      .add(traceId === "" ? "" : ` ${traceId}`, "dim");
  }

  #add(line: StyledLine): void {
    this.#pending += line.text(this.#sink.target());
    if (this.#pending.length >= pieceLength) this.#flush();
  }

  #flush(): void {
    if (this.#pending !== "") this.#sink.write(this.#pending);
    this.#pending = "";
  }
}

interface Point {
  readonly attributes: RangeList;
  readonly timeLo: number;
  readonly timeHi: number;
}

function head(timeMs: number, service: string): StyledLine {
  return new StyledLine().add(`${clockText(timeMs)} `, "dim").add(service === "" ? "" : `${service} `, "cyan");
}

function spanLine(span: SpanText): StyledLine {
  const line = head(span.startMs, span.service).add(span.name, span.isError ? "red" : "bold");
  line.add(` ${durationText(span.durationMs)}`);
  if (span.isError) line.add(` ERROR${span.statusMessage === "" ? "" : `: ${span.statusMessage}`}`, "red");
  for (const { head: exception } of span.exceptions) line.add(` ${exception}`, "red");
  const ids = [span.traceId, span.spanId, ...(span.parentId === "" ? [] : [`<${span.parentId}`])];
  return line.add(` ${ids.join(" ")}`, "dim").add(span.attributes === "" ? "" : ` ${span.attributes}`, "dim");
}

const severities = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

function severityName(number: number): string {
  return number < 1 || number > 24 ? "" : (severities[Math.floor((number - 1) / 4)] ?? "");
}

function severityStyle(number: number): Style {
  return number >= 17 ? "red" : number >= 13 ? "yellow" : "plain";
}
