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
  // A stack, not recursion: spans may form a chain of thousands.
  const stack = placed(roots, { indent: "", isLast: true, depth: 0, first, isOneService });
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const below = addNode(lines, next.node, next.place);
    stack.push(...placed(next.node.children, { ...next.place, indent: below, depth: next.place.depth + 1 }));
  }
  return lines;
}

/** Siblings with their places, the first one last, as a stack wants them. */
function placed(nodes: readonly Node[], place: Place): { readonly node: Node; readonly place: Place }[] {
  return nodes.map((node, index) => ({ node, place: { ...place, isLast: index === nodes.length - 1 } })).toReversed();
}

interface Place {
  readonly indent: string;
  readonly isLast: boolean;
  readonly depth: number;
  /** Start of the trace, Unix ms. */
  readonly first: number;
  readonly isOneService: boolean;
}

/** The lines of a span; answers the indent of its children. */
function addNode(lines: StyledLine[], { span, ghostId, children }: Node, place: Place): string {
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
  return below;
}

function stackLines(text: string): string[] {
  const all = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (all.length <= maxStackLines) return all;
  return [`... ${all.length - maxStackLines} lines left out`, ...all.slice(-maxStackLines)];
}

/** Roots by start time, their children likewise. A circle of parents is cut at one of its spans. */
function treesOf(spans: readonly SpanText[]): Node[] {
  const nodes = spans.map((span): Node => ({ span, ghostId: "", children: [] }));
  const byId = new Map<string, Node>();
  for (const node of nodes) if (node.span !== undefined && node.span.spanId !== "") byId.set(node.span.spanId, node);
  const cut = circleStarts(nodes, byId);
  const roots: Node[] = [];
  const ghosts = new Map<string, Node>();
  for (const node of nodes) {
    const parentId = node.span?.parentId ?? "";
    if (parentId === "" || cut.has(node)) {
      roots.push(node);
      continue;
    }
    let parent = byId.get(parentId) ?? ghosts.get(parentId);
    if (parent === undefined) {
      parent = { span: undefined, ghostId: parentId, children: [] };
      ghosts.set(parentId, parent);
      roots.push(parent);
    }
    parent.children.push(node);
  }
  for (const node of [...nodes, ...ghosts.values()]) node.children.sort(byStart);
  return roots.toSorted(byStart);
}

/** One span of each circle. Each span is looked at once. */
function circleStarts(nodes: readonly Node[], byId: ReadonlyMap<string, Node>): ReadonlySet<Node> {
  const starts = new Set<Node>();
  const seenFrom = new Map<Node, Node>();
  for (const from of nodes) {
    let at: Node | undefined = from;
    while (at !== undefined && !seenFrom.has(at)) {
      seenFrom.set(at, from);
      at = byId.get(at.span?.parentId ?? "");
    }
    // Met again on the same way up.
    if (at !== undefined && seenFrom.get(at) === from) starts.add(at);
  }
  return starts;
}

function byStart(a: Node, b: Node): number {
  return startOf(a) - startOf(b);
}

function startOf({ span, children }: Node): number {
  return span?.startMs ?? children.reduce((least, child) => Math.min(least, child.span?.startMs ?? least), Infinity);
}
