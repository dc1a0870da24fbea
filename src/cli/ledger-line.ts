import type { LedgerSummary } from "../service/service.ts";

/** `Ledger: received 12, refused 0, sent 24, queued 0, dropped 1 (queue_full 1)`: what became of all items. */
export function formatLedger(ledger: LedgerSummary): string {
  const reasons = Object.entries(ledger.dropped).filter(([, count]) => count > 0);
  const total = reasons.reduce((sum, [, count]) => sum + count, 0);
  const detail = reasons.length === 0 ? "" : ` (${reasons.map(([reason, count]) => `${reason} ${count}`).join(", ")})`;
  const { received, refused, sent, queued } = ledger;
  return `Ledger: received ${received}, refused ${refused}, sent ${sent}, queued ${queued}, dropped ${total}${detail}`;
}
