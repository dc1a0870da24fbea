import { writeFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { Reloader } from "../../src/cli/reloader.ts";
import { watchFiles } from "../../src/cli/watch-files.ts";
import type { Config } from "../../src/config/config.ts";
import type { ReloadSummary } from "../../src/service/service.ts";
import { RecordingLogger } from "../contracts/recording-logger.ts";
import { until } from "../contracts/until.ts";
import { CollectorProcess, freePort, until as untilSeen } from "../e2e/collector-process.ts";

const nothing: ReloadSummary = { started: [], stopped: [], kept: 1 };

t.test("who asks while a reload runs gets the next one, and all of them the same", async (t) => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let loads = 0;
  const reloader = new Reloader({
    logger: new RecordingLogger(),
    load: () => Promise.resolve({} as Config),
    apply: async () => {
      await gates[loads++]?.promise;
      return nothing;
    },
    reloaded: () => Promise.resolve(),
  });
  const first = reloader.request();
  const second = reloader.request();
  const third = reloader.request();
  gates[0]?.resolve();
  await first;
  gates[1]?.resolve();
  await Promise.all([second, third]);
  t.equal(loads, 2);
  await reloader.request();
  t.equal(loads, 3);
});

t.test("a configuration that cannot be read is logged and rejected; the next request tries anew", async (t) => {
  const logger = new RecordingLogger();
  let isGood = false;
  let tables = 0;
  const reloader = new Reloader({
    logger,
    load: () => (isGood ? Promise.resolve({} as Config) : Promise.reject(new Error("config.yaml:3:1 exporters: no"))),
    apply: () => Promise.resolve({ ...nothing, started: ["receiver otlp"] }),
    reloaded: () => {
      tables++;
      return Promise.resolve();
    },
  });
  const failing = reloader.request();
  const queued = reloader.request();
  await t.rejects(failing, { message: /config\.yaml:3:1/ });
  await t.rejects(queued, { message: /config\.yaml:3:1/ });
  t.same(logger.messages("error").length, 2);
  isGood = true;
  await reloader.request();
  t.same(logger.messages("info"), ["Configuration reloaded"]);
  t.same(logger.messages("warn"), ["Config updated, restart service"]);
  t.equal(tables, 1, "ports may be others");
});

t.test("watchFiles() tells of a change once, when the file has come to rest", async (t) => {
  const folder = t.testdir({ a: "1" });
  let changes = 0;
  const stop = watchFiles([path.join(folder, "a"), path.join(folder, "absent")], () => changes++);
  t.teardown(stop);
  await new Promise((resolve) => setTimeout(resolve, 50));
  writeFileSync(path.join(folder, "a"), "22");
  await until(() => changes === 1, "the change is told");
  await new Promise((resolve) => setTimeout(resolve, 1200));
  t.equal(changes, 1);
});

const yaml = (port: number, key = "endpoint"): string => `
receivers: { otlp: { protocols: { http: { ${key}: "127.0.0.1:${port}" } } } }
exporters: { nop: {} }
service:
  telemetry: { metrics: { level: none } }
  pipelines: { traces: { receivers: [otlp], exporters: [nop] } }
`;

async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/v1/traces`)).status === 405;
  } catch {
    return false;
  }
}

t.test("--watch and SIGHUP go over to another configuration; a wrong one is refused with its position", async (t) => {
  const [one, other] = [await freePort(), await freePort()];
  const collector = await CollectorProcess.start(yaml(one), { args: ["--watch"] });
  t.teardown(() => collector.stop("SIGKILL"));
  await untilSeen("it watches", () => collector.stderr.includes("Watching the configuration"));
  t.ok(await answers(one));
  // No signal: the file alone.
  collector.write(yaml(other));
  await untilSeen("the other port is open", () => answers(other));
  t.notOk(await answers(one), "and the first one is closed");
  await untilSeen("the new table is printed", () => collector.stderr.includes(`  ${other}  OTLP`));
  collector.reload(yaml(one, "endpont"));
  await untilSeen("the wrong one is refused", () => collector.stderr.includes("Cannot reload the configuration"));
  t.match(collector.stderr, /config\.yaml:2:\d+ receivers::otlp::protocols::http: has invalid keys: endpont/);
  t.match(collector.stderr, '"signal": "hangup"');
  t.ok(await answers(other), "and the old one goes on");
  t.equal(await collector.stop(), 0);
});
