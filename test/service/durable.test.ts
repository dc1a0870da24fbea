import t from "tap";
import { ComponentLedger } from "../../src/service/component-ledger.ts";
import { fanOut } from "../../src/service/fan-out.ts";
import { ManualClock } from "../contracts/manual-clock.ts";
import { RecordingConsumer } from "../contracts/recording-consumer.ts";

class DurableConsumer extends RecordingConsumer {
  readonly acknowledgesDurably = true;
}

t.test("a fan-out acknowledges durably if one of its branches does, because it waits for all", async (t) => {
  t.equal(fanOut([new RecordingConsumer(), new DurableConsumer()]).acknowledgesDurably, true);
  t.equal(fanOut([new RecordingConsumer(), new RecordingConsumer()]).acknowledgesDurably, false);
});

t.test("items that were found on disk count as taken and held: accepted = sent + held + dropped", async (t) => {
  const ledger = new ComponentLedger(new ManualClock());
  ledger.recovered(7);
  t.match(ledger, { accepted: 7, held: 7, recoveredCount: 7 });
  ledger.hold(-7);
  ledger.sent(5);
  ledger.dropped(2, "retries_exhausted");
  t.equal(ledger.accepted, ledger.sentCount + ledger.held + ledger.droppedCount);
});
