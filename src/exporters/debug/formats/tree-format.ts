import type { Clock, Timer } from "../../../component/clock.ts";
import type { Batch } from "../../../pdata/batch.ts";
import type { Format, FormatSink } from "./format.ts";
import { HeldTraces, type HeldTrace } from "./held-traces.ts";
import { SpanReader, type SpanText } from "./read-spans.ts";
import { durationText } from "./span-texts.ts";
import { StyledLine } from "./styled-line.ts";

const checkMs = 1000;
const maxStackLines = 40;
/** Deeper ones are shown at this depth: the left half of a line is for the tree. */
const maxDepth = 30;

/** Children of a span that never came hang under a ghost: its id is all that is known. */
interface Node {
  readonly span: SpanText | undefined;
  readonly ghostId: string;
  readonly children: Node[];
}

/** A trace as a tree: durations, errors, exceptions. */
export class TreeFormat implements Format {
  readonly #sink: FormatSink;
  readonly #clock: Clock;
  readonly #reader = new SpanReader();
  readonly #held: HeldTraces;
  #timer: Timer | undefined;

  constructor(sink: FormatSink, clock: Clock, waitMs: number) {
    this.#sink = sink;
    this.#clock = clock;
    this.#held = new HeldTraces(waitMs);
  }

  print(batch: Batch): void {
    const nowMs = this.#clock.monotonic();
    this.#reader.read(batch, (span) => this.#held.add(span, nowMs));
    this.#print(this.#held.take(nowMs));
    this.#watch();
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#print(this.#held.takeAll());
  }

  #watch(): void {
    if (this.#timer !== undefined || this.#held.isEmpty) return;
    this.#timer = this.#clock.setTimer(() => {
      this.#timer = undefined;
      this.#print(this.#held.take(this.#clock.monotonic()));
      this.#watch();
    }, checkMs);
  }

  #print(traces: readonly HeldTrace[]): void {
    for (const trace of traces) {
      const lines = traceLines(trace);
      const target = this.#sink.target();
      this.#sink.write(lines.map((line) => line.text(target)).join(""));
    }
  }
}

function traceLines({ traceId, spans }: HeldTrace): StyledLine[] {
  const roots = treesOf(spans);
  const first = spans.reduce((least, { startMs }) => Math.min(least, startMs), Infinity);
  const last = spans.reduce((most, { startMs, durationMs }) => Math.max(most, startMs + durationMs), 0);
  const errors = spans.filter(({ isError }) => isError).length;
  const services = new Set(spans.map(({ service }) => service).filter((service) => service !== ""));
  const head = new StyledLine()
    .add("trace ", "dim")
    .add(traceId === "" ? "without id" : traceId, "bold")
    .add(` ${[...services].join(", ")}`, "cyan")
    .add(` ${spans.length} ${spans.length === 1 ? "span" : "spans"} ${durationText(Math.max(0, last - first))}`);
  if (errors > 0) head.add(` ${errors} ${errors === 1 ? "error" : "errors"}`, "red");
  const lines = [head];
  const isOneService = services.size < 2;
  for (const [index, root] of roots.entries()) {
    addNode(lines, root, { indent: "", isLast: index === roots.length - 1, depth: 0, first, isOneService });
  }
  return lines;
}

interface Place {
  readonly indent: string;
  readonly isLast: boolean;
  readonly depth: number;
  /** Start of the trace, Unix ms. */
  readonly first: number;
  readonly isOneService: boolean;
}

function addNode(lines: StyledLine[], { span, ghostId, children }: Node, place: Place): void {
  const { indent, isLast, depth, first, isOneService } = place;
  const line = new StyledLine().add(`${indent}${isLast ? "└─ " : "├─ "}`, "dim");
  const below = depth >= maxDepth ? indent : `${indent}${isLast ? "   " : "│  "}`;
  lines.push(line);
  if (span === undefined) line.add(`(span ${ghostId} has not come)`, "yellow");
  else {
    line.add(span.name === "" ? "(no name)" : span.name, span.isError ? "red" : "bold");
    if (!isOneService) line.add(` ${span.service}`, "cyan");
    line.add(` +${durationText(span.startMs - first)} `, "dim").add(durationText(span.durationMs));
    if (span.isError) line.add(` ERROR${span.statusMessage === "" ? "" : `: ${span.statusMessage}`}`, "red");
    if (span.attributes !== "") line.add(` ${span.attributes}`, "dim");
    const rail = `${below}${children.length > 0 ? "│  " : "   "}`;
    for (const { head, stackTrace } of span.exceptions) {
      lines.push(new StyledLine().add(rail, "dim").add(head, "red"));
      for (const text of stackLines(stackTrace)) lines.push(new StyledLine().add(`${rail}  ${text}`, "dim"));
    }
  }
  for (const [index, child] of children.entries()) {
    addNode(lines, child, { ...place, indent: below, isLast: index === children.length - 1, depth: depth + 1 });
  }
}

function stackLines(text: string): string[] {
  const all = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (all.length <= maxStackLines) return all;
  return [`... ${all.length - maxStackLines} lines left out`, ...all.slice(-maxStackLines)];
}

/** Roots by start time, their children likewise. Spans in a circle of parents are roots. */
function treesOf(spans: readonly SpanText[]): Node[] {
  const nodes = spans.map((span): Node => ({ span, ghostId: "", children: [] }));
  const byId = new Map<string, Node>();
  for (const node of nodes) if (node.span !== undefined && node.span.spanId !== "") byId.set(node.span.spanId, node);
  const roots: Node[] = [];
  const ghosts = new Map<string, Node>();
  for (const node of nodes) {
    const parentId = node.span?.parentId ?? "";
    const parent = byId.get(parentId);
    if (parentId === "" || (parent !== undefined && isAbove(node, parent, byId))) roots.push(node);
    else if (parent !== undefined) parent.children.push(node);
    else {
      let ghost = ghosts.get(parentId);
      if (ghost === undefined) {
        ghost = { span: undefined, ghostId: parentId, children: [] };
        ghosts.set(parentId, ghost);
        roots.push(ghost);
      }
      ghost.children.push(node);
    }
  }
  for (const node of [...nodes, ...ghosts.values()]) node.children.sort(byStart);
  return roots.toSorted(byStart);
}

/** Whether `node` is found on the way up from `from`: made its child, it would hang in a circle. */
function isAbove(node: Node, from: Node, byId: ReadonlyMap<string, Node>): boolean {
  const seen = new Set<Node>();
  for (let at: Node | undefined = from; at !== undefined && !seen.has(at); at = byId.get(at.span?.parentId ?? "")) {
    if (at === node) return true;
    seen.add(at);
  }
  return false;
}

function byStart(a: Node, b: Node): number {
  return startOf(a) - startOf(b);
}

function startOf({ span, children }: Node): number {
  return span?.startMs ?? Math.min(...children.map((child) => child.span?.startMs ?? 0));
}
