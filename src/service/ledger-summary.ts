import { dropReasons, type DropReason } from "../component/ledger.ts";
import type { Signal } from "../pdata/signal.ts";
import type { LedgerEntry } from "./ledger-book.ts";

type Dropped = Readonly<Partial<Record<DropReason, number>>>;

/** One exporter of one signal. Numbers are items. */
export interface ExporterSummary {
  readonly id: string;
  readonly signal: Signal | undefined;
  readonly sent: number;
  readonly queued: number;
  readonly inFlight: number;
  readonly dropped: Dropped;
}

/** What became of all items since start. With several exporters each of them counts an item. */
export interface LedgerSummary {
  /** Items that receivers accepted. */
  readonly received: number;
  /** Items that an earlier process accepted and left on disk; each exporter that has one counts it. */
  readonly recovered: number;
  /** Items whose senders were told that they were not accepted. */
  readonly refused: number;
  /** Items that exporters delivered. */
  readonly sent: number;
  /** Items that wait in processors and exporters. */
  readonly queued: number;
  /** Items that exporters are sending at this moment. */
  readonly inFlight: number;
  /** Items lost after they were accepted, in processors and exporters. */
  readonly dropped: Dropped;
  readonly exporters: readonly ExporterSummary[];
}

export function summarize(entries: readonly LedgerEntry[]): LedgerSummary {
  let received = 0;
  let recovered = 0;
  let refused = 0;
  let sent = 0;
  let queued = 0;
  let inFlight = 0;
  const dropped: Partial<Record<DropReason, number>> = {};
  const exporters: ExporterSummary[] = [];
  for (const { kind, id, signal, ledger } of entries) {
    if (kind === "receiver") {
      received += ledger.accepted;
      refused += ledger.refusedCount;
      continue;
    }
    queued += ledger.queuedCount;
    inFlight += ledger.inFlightCount;
    recovered += ledger.recoveredCount;
    for (const reason of dropReasons) {
      const itemCount = ledger.droppedBy[reason] ?? 0;
      if (itemCount > 0) dropped[reason] = (dropped[reason] ?? 0) + itemCount;
    }
    if (kind !== "exporter") continue;
    sent += ledger.sentCount;
    exporters.push({
      id: id.text,
      signal,
      sent: ledger.sentCount,
      queued: ledger.queuedCount,
      inFlight: ledger.inFlightCount,
      dropped: { ...ledger.droppedBy },
    });
  }
  return { received, recovered, refused, sent, queued, inFlight, dropped, exporters };
}
