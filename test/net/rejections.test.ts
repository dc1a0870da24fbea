import t from "tap";
import { maxRejectionEntries, Rejections, type Rejection } from "../../src/net/rejections.ts";
import { testSettings } from "../contracts/test-settings.ts";

const rejection: Rejection = {
  reason: "bad_data",
  peer: "10.0.0.1:1000",
  protocol: "gRPC",
  path: "/p",
  error: "wrong",
  remedy: "do it right",
};

t.test("Rejections says the first at once, in one line with everything in it", (t) => {
  const settings = testSettings();
  new Rejections(settings).add(rejection);
  t.same(
    settings.logger.entries.map(({ level, message, fields }) => ({ level, message, fields })),
    [
      {
        level: "warn",
        message: "Request rejected",
        fields: {
          peer: "10.0.0.1:1000",
          protocol: "gRPC",
          path: "/p",
          reason: "bad_data",
          error: "wrong",
          remedy: "do it right",
        },
      },
    ],
  );
  t.end();
});

t.test("Rejections counts the same kind of the same peer host, and says how many at growing intervals", async (t) => {
  const settings = testSettings();
  const rejections = new Rejections(settings);
  const counts = (): unknown[] => settings.logger.entries.slice(1).map((entry) => entry.fields["count"]);
  for (let minute = 0; minute < 8; minute++) {
    for (let second = 0; second < 60; second++) rejections.add({ ...rejection, peer: `10.0.0.1:${second}` });
    await settings.clock.advance(60_000);
  }
  t.same(counts(), [59, 120, 240], "after 1, 2 and 4 minutes");
  rejections.close();
  t.same(counts(), [59, 120, 240, 60], "the rest is said at the end");
  t.equal(settings.clock.timerCount, 0);
  t.equal(settings.meter.value("otelcol_receiver_rejected_requests", { reason: "bad_data" }), 480, "all are counted");
});

t.test("Rejections forgets a kind that stayed away", async (t) => {
  const settings = testSettings();
  const rejections = new Rejections(settings);
  rejections.add(rejection);
  await settings.clock.advance(60_000);
  t.equal(settings.clock.timerCount, 0);
  rejections.add(rejection);
  t.same(settings.logger.messages("warn"), ["Request rejected", "Request rejected"]);
});

t.test("Rejections tells reasons and peer hosts apart", (t) => {
  const settings = testSettings();
  const rejections = new Rejections(settings);
  rejections.add(rejection);
  rejections.add({ ...rejection, reason: "too_large" });
  rejections.add({ ...rejection, peer: "10.0.0.2:1000" });
  t.equal(settings.logger.entries.length, 3);
  t.end();
});

t.test("Rejections takes bounded memory and writes a bounded number of lines, however many peers there are", (t) => {
  const settings = testSettings();
  const rejections = new Rejections(settings);
  for (let peer = 0; peer < 5000; peer++) rejections.add({ ...rejection, peer: `10.0.${peer >> 8}.${peer & 255}:1` });
  t.equal(settings.logger.entries.length, maxRejectionEntries + 1);
  t.equal(settings.clock.timerCount, maxRejectionEntries + 1);
  rejections.close();
  t.equal(settings.logger.entries.at(-1)?.fields["count"], 5000 - maxRejectionEntries - 1);
  t.end();
});

t.test("Rejections cuts what a sender wrote", (t) => {
  const settings = testSettings();
  new Rejections(settings).add({ ...rejection, path: `/${"x".repeat(10_000)}` });
  t.equal(String(settings.logger.entries[0]?.fields["path"]).length, 503);
  t.end();
});
