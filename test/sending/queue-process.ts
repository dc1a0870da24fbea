// A process that takes, stores and sends spans as fast as it can, to be killed at any moment. Told by its arguments:
// the directory of the queue, the number of its first span, and how many spans it may take (0: only send what is there).
// Writes whole lines that are in the pipe when `writeSync` returns: `a 1 2 3` for spans that it has acknowledged, `s 1 2 3`
// for spans that a backend would have.
import { writeSync } from "node:fs";
import * as v from "valibot";
import { sleep } from "../../src/component/clock.ts";
import { emptyContext } from "../../src/component/consumer.ts";
import { fileStorageConfig } from "../../src/extensions/file-storage/config.ts";
import { FileStorageExtension } from "../../src/extensions/file-storage/file-storage-extension.ts";
import { assembleExporter } from "../../src/sending/assemble-exporter.ts";
import { systemClock } from "../../src/telemetry/system-clock.ts";
import { TestHost } from "../contracts/test-host.ts";
import { testSettings } from "../contracts/test-settings.ts";
import { range, spanBatch, spansOf } from "../processors/batch/span-batch.ts";
import { payloadOf, sendingConfig, type TestPayload } from "./recording-sender.ts";

const spansPerBatch = 5;
const [directory = "", first = "0", count = "0"] = process.argv.slice(2);

function say(letter: string, spans: readonly number[]): void {
  const line = Buffer.from(`${letter} ${spans.join(" ")}\n`);
  // A full pipe answers EAGAIN; the reader is on its way.
  for (let written = 0; written < line.length;) {
    try {
      written += writeSync(1, line, written);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
    }
  }
}

const settings = { ...testSettings({ id: "otlp" }), clock: systemClock };
const storage = new FileStorageExtension(v.parse(fileStorageConfig, { directory }), settings);
await storage.start();
const host = new TestHost();
host.extensionsById.set("file_storage", storage);
const exporter = assembleExporter<"traces", TestPayload>({
  config: sendingConfig({ sending_queue: { storage: "file_storage", num_consumers: 4, queue_size: 200 } }),
  settings,
  sender: {
    encode: (batch) => ({ payload: payloadOf(spansOf(batch)), dropped: [] }),
    send: async ({ items }) => {
      await sleep(systemClock, Math.random() * 4);
      say("s", items);
      await sleep(systemClock, Math.random() * 2);
      return { sent: items.length, dropped: [] };
    },
  },
});
await exporter.start(host);
say("r", [settings.ledger.recoveredCount]);

let next = Number(first);
const end = next + Number(count);
async function produce(): Promise<void> {
  while (next < end) {
    const from = next;
    next += spansPerBatch;
    try {
      await exporter.consume(spanBatch(spansPerBatch, from, Math.floor(Math.random() * 2000)), emptyContext);
      say("a", range(from, from + spansPerBatch));
    } catch {
      await sleep(systemClock, 5);
    }
  }
}
const keepAlive = setInterval(() => {}, 1000);
await Promise.all(Array.from({ length: 8 }, produce));
while (settings.ledger.held > 0) await new Promise((resolve) => setTimeout(resolve, 5));
await exporter.shutdown(new AbortController().signal);
await storage.shutdown();
clearInterval(keepAlive);
