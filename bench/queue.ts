// Items per second through a sending queue, in memory and on disk: queue.ts [ROUNDS] [DIRECTORY]. Spans of about 400 bytes,
// 64 callers that each wait for their answer, a backend that takes everything at once. CPU is that of the whole process.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as v from "valibot";
import { emptyContext } from "../src/component/consumer.ts";
import { fileStorageConfig } from "../src/extensions/file-storage/config.ts";
import { FileStorageExtension } from "../src/extensions/file-storage/file-storage-extension.ts";
import { assembleExporter } from "../src/sending/assemble-exporter.ts";
import type { Payload } from "../src/sending/sender.ts";
import { systemClock } from "../src/telemetry/system-clock.ts";
import { TestHost } from "../test/contracts/test-host.ts";
import { testSettings } from "../test/contracts/test-settings.ts";
import { spanBatch } from "../test/processors/batch/span-batch.ts";
import { sendingConfig } from "../test/sending/recording-sender.ts";

const rounds = Number(process.argv[2] ?? 5);
const parent = process.argv[3] ?? tmpdir();
const callers = 64;
const roundMs = 1000;

const modes = [
  { name: "memory", storage: undefined },
  { name: "disk, fsync off", storage: { fsync: false } },
  { name: "disk, fsync on", storage: { fsync: true } },
] as const;

const silent = { add: () => {}, set: () => {}, record: () => {} };

async function measure(storageOptions: { fsync: boolean } | undefined, itemCount: number) {
  const directory = mkdtempSync(path.join(parent, "otelcol-bench-"));
  const settings = {
    ...testSettings(),
    clock: systemClock,
    meter: { counter: () => silent, gauge: () => silent, histogram: () => silent, observe: () => () => {} },
  };
  const host = new TestHost();
  const storage = new FileStorageExtension(v.parse(fileStorageConfig, { directory, ...storageOptions }), settings);
  await storage.start();
  host.extensionsById.set("file_storage", storage);
  const exporter = assembleExporter<"traces", Payload>({
    config: sendingConfig({ sending_queue: storageOptions === undefined ? {} : { storage: "file_storage" } }),
    settings,
    sender: {
      encode: (batch) => ({ payload: { itemCount: batch.itemCount, byteSize: batch.bytes.length }, dropped: [] }),
      send: ({ itemCount: sent }) => Promise.resolve({ sent, dropped: [] }),
    },
  });
  await exporter.start(host);
  const batch = spanBatch(itemCount, 0, 390);
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  let items = 0;
  const call = async (): Promise<void> => {
    while (performance.now() - startMs < roundMs) {
      await exporter.consume(batch, emptyContext);
      items += itemCount;
      // A caller's next request comes with a later event.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await exporter.shutdown(AbortSignal.timeout(5000));
  await storage.shutdown();
  rmSync(directory, { recursive: true });
  return { perSecond: items / seconds, cpuPerMillion: (user + system) / items };
}

function spread(values: readonly number[], digits: number): string {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (part: number): string => (sorted[Math.floor(part * (sorted.length - 1))] ?? 0).toFixed(digits);
  return `${at(0)} / ${at(0.5)} / ${at(1)}`;
}

console.log("min / median / max");
for (const itemCount of [512, 8192, 1]) {
  const results = modes.map((mode) => ({ mode, runs: [] as Awaited<ReturnType<typeof measure>>[] }));
  for (let round = 0; round < rounds; round++) {
    for (const { mode, runs } of results) runs.push(await measure(mode.storage, itemCount));
  }
  for (const { mode, runs } of results) {
    const perSecond = spread(
      runs.map((run) => run.perSecond),
      0,
    );
    const cpu = spread(
      runs.map((run) => run.cpuPerMillion),
      2,
    );
    console.log(`${mode.name}, ${itemCount} a batch: ${perSecond} items/s; CPU ${cpu} s/M items`);
  }
}
