import type { Clock, Timer } from "../../../component/clock.ts";
import type { Output } from "../../../component/output.ts";
import type { Signal } from "../../../pdata/signal.ts";
import { StyledLine } from "./styled-line.ts";

const intervalMs = 1000;
const names: Readonly<Record<Signal, string>> = { traces: "spans", metrics: "points", logs: "log records" };
/** To the left end, and clear what is there. */
const erase = "\r\u001b[K";

/**
 * The last line of a terminal, rewritten each second: rates and totals by signal. It leaves the cursor at its beginning, so
 * that what others print takes its place. One for all exporters that print to a terminal; the last one to leave erases it.
 */
export class StatusLine {
  static readonly #byOutput = new WeakMap<Output, StatusLine>();

  readonly #output: Output;
  readonly #totals = new Map<Signal, { now: number; before: number }>();
  #users = 0;
  #timer: Timer | undefined;

  private constructor(output: Output) {
    this.#output = output;
  }

  /** `undefined` where no terminal reads. `leave` gives it back. */
  static join(output: Output, clock: Clock): StatusLine | undefined {
    if (output.terminal?.() === undefined) return undefined;
    let line = StatusLine.#byOutput.get(output);
    if (line === undefined) {
      line = new StatusLine(output);
      StatusLine.#byOutput.set(output, line);
    }
    if (line.#users++ === 0) line.#tick(clock);
    return line;
  }

  add(signal: Signal, itemCount: number): void {
    const totals = this.#totals.get(signal) ?? { now: 0, before: 0 };
    totals.now += itemCount;
    this.#totals.set(signal, totals);
  }

  /** Makes room for lines; the next second writes it again below them. */
  erase(): void {
    this.#output.write(erase);
  }

  leave(): void {
    if (--this.#users > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.erase();
  }

  #tick(clock: Clock): void {
    this.#timer = clock.setTimer(() => {
      this.#show();
      this.#tick(clock);
    }, intervalMs);
  }

  #show(): void {
    const terminal = this.#output.terminal?.();
    if (terminal === undefined || this.#totals.size === 0) return;
    const line = new StyledLine();
    for (const [signal, totals] of this.#totals) {
      const perSecond = (totals.now - totals.before) / (intervalMs / 1000);
      totals.before = totals.now;
      line.add(`${names[signal]} `, "dim").add(`${perSecond}/s`, "bold").add(` of ${totals.now}   `, "dim");
    }
    // A line that is full wraps.
    const text = line.text({ ...terminal, columns: terminal.columns - 1 });
    this.#output.write(`${erase}${text.trimEnd()}\r`);
  }
}
