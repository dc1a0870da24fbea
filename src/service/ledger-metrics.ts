import { dropReasons } from "../component/ledger.ts";
import type { Labels, Meter } from "../component/meter.ts";
import type { ComponentLedger } from "./component-ledger.ts";

/**
 * The ledger of one component on the metrics port, read at a scrape, so that all numbers are of one moment:
 * received + recovered = sent + queued + in_flight + dropped.
 */
export function observeLedger(meter: Meter, ledger: ComponentLedger, labels: Labels): void {
  const observe = (state: string, read: () => number, reason: Labels = {}): void => {
    const description = "Items by where they are: received + recovered = sent + queued + in_flight + dropped";
    meter.observe(
      { name: "otelcol_ledger_items", description, level: "normal", labels: { ...labels, state, ...reason } },
      read,
    );
  };
  observe("received", () => ledger.accepted - ledger.recoveredCount);
  observe("recovered", () => ledger.recoveredCount);
  observe("refused", () => ledger.refusedCount);
  observe("sent", () => ledger.sentCount);
  observe("queued", () => ledger.queuedCount);
  observe("in_flight", () => ledger.inFlightCount);
  for (const reason of dropReasons) observe("dropped", () => ledger.droppedBy[reason] ?? 0, { reason });
}
