import t from "tap";
import { SpanRecorder } from "../../src/telemetry/span-recorder.ts";
import { ManualClock } from "../contracts/manual-clock.ts";

t.test("SpanRecorder sorts by latency and keeps one sample a second and bucket", async (t) => {
  const clock = new ManualClock();
  const recorder = new SpanRecorder(clock);
  const series = recorder.series("receiver/otlp/TraceDataReceived");
  const run = async (durationMs: number, error?: string): Promise<void> => {
    const beganMs = series.begin();
    await clock.advance(durationMs);
    series.end(beganMs, 5, error);
  };
  await run(0);
  await run(1);
  await run(5);
  await run(99);
  await run(150_000);
  await run(3, "refused");
  const { active, counts, buckets, errors, errorCount } = recorder.of("receiver/otlp/TraceDataReceived");
  t.equal(active, 0);
  t.same(counts, [1, 0, 0, 2, 1, 0, 0, 0, 1]);
  t.equal(buckets[3]?.length, 1, "the second of one second is only counted");
  t.match(buckets[8]?.[0], { durationMs: 150_000, error: undefined, fields: { items: 5 } });
  t.equal(errorCount, 1);
  t.match(errors[0], { error: "refused", durationMs: 3 });
});

t.test("SpanRecorder keeps ten samples a bucket; the oldest goes", async (t) => {
  const clock = new ManualClock();
  const recorder = new SpanRecorder(clock);
  const series = recorder.series("exporter/debug/traces");
  for (let index = 0; index < 15; index++) {
    series.end(series.begin(), index);
    await clock.advance(1000);
  }
  const samples = recorder.of("exporter/debug/traces").buckets[0] ?? [];
  t.same(
    samples.map((sample) => sample.fields["items"]),
    [5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
  );
  series.begin();
  t.equal(recorder.of("exporter/debug/traces").active, 1);
  t.same(recorder.names(), ["exporter/debug/traces"]);
  t.same(recorder.of("unknown").counts, []);
});
