import t from "tap";
import { formatLedger } from "../../src/cli/ledger-line.ts";

t.test("the last line says what became of all items", async (t) => {
  const idle = { received: 0, recovered: 0, refused: 0, sent: 0, queued: 0, inFlight: 0, dropped: {}, exporters: [] };
  t.equal(formatLedger(idle), "Ledger: received 0, refused 0, sent 0, queued 0, dropped 0");
  t.match(
    formatLedger({ ...idle, recovered: 7 }),
    "received 0, recovered 7, refused 0",
    "what was on disk at the start",
  );
  const exporter = { signal: "traces", queued: 0, inFlight: 0, dropped: {} } as const;
  const busy = {
    received: 12,
    recovered: 0,
    refused: 3,
    sent: 20,
    queued: 1,
    inFlight: 5,
    dropped: { queue_full: 2, shutdown: 1, permanent_error: 0 },
    exporters: [
      { ...exporter, id: "debug", sent: 5 },
      { ...exporter, id: "debug", signal: "logs" as const, sent: 7 },
      { ...exporter, id: "tanzuobservability", sent: 8 },
    ],
  };
  t.equal(
    formatLedger(busy),
    "Ledger: received 12, refused 3, sent 20 (debug 12, tanzuobservability 8), queued 1, in flight 5, dropped 3 (queue_full 2, shutdown 1)",
  );
});
