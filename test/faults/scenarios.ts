import { until } from "../e2e/collector-process.ts";
import { take } from "./deed.ts";
import type { Rig } from "./rig.ts";
import { begin, exitsCleanly, passing, type Run, type Scenario } from "./scenario.ts";

/** For faults that only a timeout ends. */
const impatient = { exporterKeys: "timeout: 500ms" };

/** SIGTERM while data flows; the producer goes on until the port is closed. */
async function terminated(rig: Rig): Promise<{ code: number; tookMs: number }> {
  rig.watchMemory();
  const began = performance.now();
  const code = await rig.collector.stop("SIGTERM");
  const tookMs = performance.now() - began;
  await rig.producer.stop();
  return { code, tookMs };
}

const batchTimeout = (ms: number) => (yaml: string) => yaml.replace(/batch: {.*?}/, `batch: { timeout: ${ms}ms }`);
const retryInterval = (ms: number) => (yaml: string) =>
  yaml.replaceAll(/initial_interval: \d+ms/g, `initial_interval: ${ms}ms`);

/** Everything but the port changes, again and again, and one file in between is wrong. */
async function reloads({ t, factor }: Run, rig: Rig): Promise<void> {
  // Not more rounds: of equal lines the log shows ten within ten seconds.
  for (let round = 1; round <= 3; round++) {
    await rig.reload(batchTimeout(50 + round));
    await rig.accepts(100 * factor);
    await rig.reload(retryInterval(50 + round));
    await rig.accepts(100 * factor);
    await rig.reload((yaml) => yaml.replace("limit_mib", "limit_mb"), "refused");
    t.match(rig.collector.stderr, /config\.yaml:\d+:\d+ processors::memory_limiter: has invalid keys: limit_mb/);
    await rig.reload((yaml) => retryInterval(100 + round)(batchTimeout(150 + round)(yaml)));
    await rig.accepts(100 * factor);
  }
  t.equal(rig.producer.unknown.size, 0, "no connection broke: the port stayed open");
}

export const scenarios: readonly Scenario[] = [
  {
    name: "SIGTERM under load with a healthy sink delivers everything",
    run: async (run) => {
      const rig = await begin(run);
      await rig.accepts(2000);
      const { code } = await terminated(rig);
      run.t.equal(code, 0);
      rig.judge();
    },
  },
  {
    name: "SIGTERM under load with a slow sink delivers everything",
    run: async (run) => {
      const rig = await begin(run);
      rig.sink.behave = () => ({ is: "take", delayMs: 200 + rig.random.below(100) });
      await rig.accepts(2000);
      const { code } = await terminated(rig);
      run.t.equal(code, 0);
      rig.judge();
    },
  },
  {
    name: "SIGTERM under load with a hanging sink ends in time and counts every loss as shutdown",
    run: async (run) => {
      const rig = await begin(run);
      rig.sink.behave = () => ({ is: "hang" });
      await rig.accepts(2000);
      const { tookMs } = await terminated(rig);
      run.t.ok(tookMs < 4000, `it ends within the timeout of 2 s and its grace: ${Math.round(tookMs)} ms`);
      rig.judge({ mayDrop: ["shutdown"] });
    },
  },
  {
    name: "SIGTERM with a hanging sink and a queue on disk loses nothing: the next start delivers",
    run: async (run) => {
      const rig = await begin(run, { isDurable: true });
      rig.sink.behave = () => ({ is: "hang" });
      await rig.accepts(1000);
      await terminated(rig);
      rig.sink.behave = take;
      await rig.restart();
      await rig.drained();
      run.t.equal(await rig.end(), 0);
      rig.judge();
    },
  },
  {
    name: "a second signal ends at once with a code that is not 0; a queue on disk stays whole",
    run: async (run) => {
      const rig = await begin(run, { isDurable: true });
      rig.sink.behave = () => ({ is: "hang" });
      await rig.accepts(1000);
      rig.collector.child.kill("SIGTERM");
      await until("it drains", () => rig.collector.stderr.includes("Received signal from OS"));
      const { code, tookMs } = await terminated(rig);
      run.t.not(code, 0);
      run.t.ok(tookMs < 1000, `it does not wait: ${Math.round(tookMs)} ms`);
      rig.sink.behave = take;
      await rig.restart();
      await rig.drained();
      run.t.equal(await rig.end(), 0);
      rig.judge();
    },
  },
  {
    name: "70 % of the answers are 503, at random: nothing is lost",
    run: passing(async (rig, { factor }) => {
      rig.sink.behave = () => (rig.random.chance(70) ? { is: "refuse", status: 503 } : { is: "take" });
      await rig.handles(30 * factor);
    }),
  },
  {
    name: "429 with Retry-After is honoured, and nothing is lost",
    run: async (run) => {
      const rig = await begin(run);
      await rig.accepts(200);
      let refused = 0;
      let lastRefusalMs = 0;
      rig.sink.behave = () => {
        refused++;
        lastRefusalMs = performance.now();
        return { is: "refuse", status: 429, retryAfter: "1" };
      };
      await until("a request is refused", () => refused > 0);
      // Many would come within this second at the intervals of the configuration, 50 to 200 ms, for each batch.
      await rig.producer.stop();
      await until("a second has passed", () => performance.now() - lastRefusalMs > 850, 10_000);
      const atRest = refused;
      rig.sink.behave = take;
      await rig.drained();
      run.t.ok(atRest <= 40, `no storm: ${atRest} requests`);
      await exitsCleanly(run, rig);
      rig.judge();
    },
  },
  ...[400, 401, 404].map((status) => ({
    name: `a permanent ${status} loses exactly what it answers, counted as permanent_error`,
    run: async (run: Run) => {
      const rig = await begin(run);
      await rig.accepts(200);
      rig.sink.behave = () => (rig.random.chance(50) ? { is: "refuse", status } : { is: "take" });
      await rig.handles(10 * run.factor);
      rig.sink.behave = take;
      await rig.accepts(200);
      await exitsCleanly(run, rig);
      rig.judge({ mayDrop: ["permanent_error"] });
    },
  })),
  {
    name: "a partial success loses exactly what it names, counted as permanent_error",
    types: ["otlp_http", "otlp_grpc"],
    run: async (run) => {
      const rig = await begin(run);
      await rig.accepts(200);
      rig.sink.behave = () => (rig.random.chance(50) ? { is: "take_part", rejected: 3 } : { is: "take" });
      await rig.handles(10 * run.factor);
      rig.sink.behave = take;
      await rig.accepts(200);
      await exitsCleanly(run, rig);
      rig.judge({ mayDrop: ["permanent_error"] });
    },
  },
  {
    name: "413 to everything, for a while, loses only what was answered so; then data flows again",
    isLong: true,
    run: async (run) => {
      const rig = await begin(run);
      await rig.accepts(200);
      rig.sink.behave = () => ({ is: "limit", atMost: 0 });
      await rig.handles(50 * run.factor);
      rig.sink.behave = take;
      const [beganMs, requests] = [performance.now(), rig.sink.requests];
      await rig.accepts(2000);
      await rig.producer.stop();
      await until("what is accepted now arrives", () => rig.isDelivered(beganMs + 100));
      run.t.comment(`${rig.sink.requests - requests} requests, p99 ${rig.latencyMs(beganMs + 100)} ms`);
      await exitsCleanly(run, rig);
      rig.judge({ mayDrop: ["permanent_error"] });
    },
  },
  {
    name: "a sink that answers 413 to larger requests gets smaller ones, and everything",
    run: passing(async (rig, { factor }) => {
      rig.sink.behave = () => ({ is: "limit", atMost: 37 });
      await rig.handles(30 * factor);
    }),
  },
  {
    name: "connections are refused, then the backend is back: the backlog drains while new data flows",
    run: passing(
      async (rig, { factor }) => {
        await rig.sink.down();
        // In the full form above the 10 s from which on an outage ends in a ramp.
        const untilMs = performance.now() + 600 * factor * factor;
        while (performance.now() < untilMs) await rig.accepts(1000);
        await rig.sink.up();
        // A backlog of many seconds, on a ramp of five.
      },
      {},
      15_000,
    ),
  },
  {
    name: "a black hole that neither reads nor answers loses nothing",
    run: passing(async (rig, { factor }) => {
      rig.sink.behave = () => ({ is: "hang" });
      await rig.handles(12 * factor, rig.sink, 10_000 * factor);
    }, impatient),
  },
  {
    name: "connections that end within the request or the answer lose nothing",
    run: passing(async (rig, { factor }) => {
      const deeds = ["reset_request", "reset_answer", "take"] as const;
      rig.sink.behave = () => ({ is: rig.random.pick(deeds) });
      await rig.handles(40 * factor);
    }),
  },
  {
    name: "an answer of one byte a second ends in another try, and nothing is lost",
    run: passing(async (rig, { factor }) => {
      rig.sink.behave = () => ({ is: "drip" });
      await rig.handles(10 * factor, rig.sink, 10_000 * factor);
    }, impatient),
  },
  {
    name: "of two sinks one is dead: the other gets everything, no more than twice as late",
    run: async (run) => {
      const rig = await begin(run, { exporters: ["healthy", "dead"] });
      await rig.accepts(500);
      const settledMs = performance.now();
      await rig.accepts(4000 * run.factor, 10_000 * run.factor);
      const aloneMs = rig.latencyMs(settledMs);
      await rig.sinks[1]?.down();
      const deadMs = performance.now();
      await rig.accepts(6000 * run.factor, 10_000 * run.factor);
      const besideMs = rig.latencyMs(deadMs);
      run.t.comment(`p99 ${aloneMs} ms with both, ${besideMs} ms beside a dead one`);
      // The batch stage alone waits for 50 ms; what is below some of those measures the machine.
      run.t.ok(besideMs <= 2 * Math.max(aloneMs, 120), "not more than twice as late");
      await rig.producer.stop();
      await rig.drained();
      await rig.end();
      rig.judge({ othersMayDrop: ["shutdown"] });
    },
  },
  {
    name: "a dead sink with a full queue: the other gets everything, no more than twice as late",
    isLong: true,
    run: async (run) => {
      const rig = await begin(run, { exporters: ["healthy", "dead"], queueSizes: { dead: 2 } });
      const beganMs = performance.now();
      // As long as beside the dead one: 99 % of a longer time hold more of what else the machine does.
      await until("it has run as long", () => performance.now() - beganMs > 7000, 10_000);
      const aloneMs = rig.latencyMs(beganMs);
      await rig.sinks[1]?.down();
      const deadMs = performance.now();
      await until("the dead one is given up", () => performance.now() - deadMs > 7000, 10_000);
      await rig.accepts(6000, 20_000);
      const besideMs = rig.latencyMs(deadMs);
      run.t.comment(`p99 ${aloneMs} ms with both, ${besideMs} ms beside a dead one, from the first moment`);
      run.t.ok(besideMs <= 2 * Math.max(aloneMs, 120), "not more than twice as late");
      await rig.producer.stop();
      await rig.drained();
      await rig.end();
      rig.judge({ othersMayDrop: ["queue_full", "shutdown"] });
    },
  },
  {
    name: "kill -9 with a queue on disk: the next process delivers what this one accepted",
    run: async (run) => {
      const rig = await begin(run, { isDurable: true });
      for (let kill = 0; kill < run.factor; kill++) {
        rig.sink.behave = () => ({ is: "take", delayMs: rig.random.below(40) });
        await rig.accepts(500 + rig.random.below(1000));
        await rig.kill();
        await rig.restart();
      }
      await rig.producer.stop();
      await rig.drained();
      run.t.equal(await rig.end(), 0);
      rig.judge();
    },
  },
  {
    name: "reloads under load lose nothing and keep the port",
    run: async (run) => {
      const rig = await begin(run);
      await rig.accepts(200);
      await reloads(run, rig);
      await rig.producer.stop();
      await rig.drained();
      await exitsCleanly(run, rig);
      rig.judge();
    },
  },
  {
    name: "reloads while the sink is down keep what is queued on disk",
    run: async (run) => {
      const rig = await begin(run, { isDurable: true });
      await rig.accepts(200);
      await rig.sink.down();
      await rig.accepts(200);
      await reloads(run, rig);
      await rig.sink.up();
      await rig.drainsBacklog();
      await rig.producer.stop();
      await rig.drained();
      await exitsCleanly(run, rig);
      rig.judge();
    },
  },
  {
    name: "a receiver that changes loses nothing that it accepted",
    types: ["otlp_http", "otlp_grpc"],
    run: async (run) => {
      const rig = await begin(run);
      for (let round = 1; round <= 5; round++) {
        await rig.reload((yaml) =>
          yaml.replace(/("127\.0\.0\.1:\d+")[^}]*}/, `$1, max_request_body_size: ${1_000_000 + round} }`),
        );
        await rig.accepts(100);
      }
      await rig.producer.stop();
      await rig.drained();
      run.t.equal(await rig.end(), 0, "it ends with exit code 0");
      rig.judge();
    },
  },
];
