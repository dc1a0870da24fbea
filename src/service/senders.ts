import type { Clock } from "../component/clock.ts";
import type { RequestContext } from "../component/consumer.ts";
import type { CorrectedRequest, RejectedRequest, SenderObserver, SendersReport } from "../component/senders.ts";
import type { Batch } from "../pdata/batch.ts";
import type { SenderTable } from "./sender-table.ts";

/** The way to the table of senders, whose code is loaded when somebody wants to see it; until then nothing is done. */
export class Senders implements SenderObserver {
  readonly #clock: Clock;
  #table: SenderTable | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins to note who sends; the answer shows it. */
  async watch(): Promise<() => SendersReport> {
    const { SenderTable } = await import("./sender-table.ts");
    const table = (this.#table ??= new SenderTable(this.#clock));
    return () => table.report();
  }

  rejected(request: RejectedRequest): void {
    this.#table?.rejected(request);
  }

  corrected(request: CorrectedRequest): void {
    this.#table?.corrected(request);
  }

  batch(batch: Batch, context: RequestContext, refusal: string | undefined): void {
    this.#table?.batch(batch, context, refusal);
  }
}
