import type { LedgerSummary } from "../service/service.ts";

/**
 * `Ledger: received 12, refused 0, sent 24 (debug 12, otlp 12), queued 0, dropped 1 (queue_full 1)`: what became of all
 * items. Each exporter counts an item that it delivered.
 */
export function formatLedger(ledger: LedgerSummary): string {
  const dropped = Object.entries(ledger.dropped).filter(([, count]) => count > 0);
  const total = dropped.reduce((sum, [, count]) => sum + count, 0);
  const sentBy = new Map<string, number>();
  for (const { id, sent } of ledger.exporters) sentBy.set(id, (sentBy.get(id) ?? 0) + sent);
  const parts = [
    `received ${ledger.received}`,
    ...(ledger.recovered > 0 ? [`recovered ${ledger.recovered}`] : []),
    `refused ${ledger.refused}`,
    `sent ${ledger.sent}${detail(sentBy.size > 1 ? sentBy : [])}`,
    `queued ${ledger.queued}`,
    ...(ledger.inFlight > 0 ? [`in flight ${ledger.inFlight}`] : []),
    `dropped ${total}${detail(dropped)}`,
  ];
  return `Ledger: ${parts.join(", ")}`;
}

function detail(pairs: Iterable<readonly [string, number]>): string {
  const texts = Array.from(pairs, ([name, count]) => `${name} ${count}`);
  return texts.length === 0 ? "" : ` (${texts.join(", ")})`;
}
