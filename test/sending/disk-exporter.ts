import * as v from "valibot";
import { emptyContext, type RequestContext } from "../../src/component/consumer.ts";
import { fileStorageConfig } from "../../src/extensions/file-storage/config.ts";
import { FileStorageExtension } from "../../src/extensions/file-storage/file-storage-extension.ts";
import type { Batch } from "../../src/pdata/batch.ts";
import { assembleExporter } from "../../src/sending/assemble-exporter.ts";
import type { Encoded } from "../../src/sending/sender.ts";
import { TestHost } from "../contracts/test-host.ts";
import { testSettings } from "../contracts/test-settings.ts";
import { spanBatch, spansOf } from "../processors/batch/span-batch.ts";
import {
  payloadOf,
  RecordingSender,
  sendingConfig,
  takeAll,
  type Answer,
  type TestPayload,
} from "./recording-sender.ts";

class SpanSender extends RecordingSender {
  override encode(batch: Batch<"traces">): Encoded<TestPayload> {
    return { payload: payloadOf(spansOf(batch)), dropped: this.invalid };
  }
}

export interface DiskExporterOptions {
  readonly storage?: Record<string, unknown>;
  readonly queue?: Record<string, unknown>;
  readonly retry?: Record<string, unknown>;
  readonly answer?: Answer;
}

/** An exporter whose queue is in `directory`, started: one life of a process, ended by `end`. */
export async function diskExporter(directory: string, options: DiskExporterOptions = {}) {
  const settings = testSettings({ id: "otlp/a" });
  const storageSettings = testSettings({ id: "file_storage" });
  const written = { directory, timeout: "0s", ...options.storage };
  const storage = new FileStorageExtension(v.parse(fileStorageConfig, written), storageSettings);
  await storage.start();
  const host = new TestHost();
  host.extensionsById.set("file_storage", storage);
  const sender = new SpanSender();
  sender.answer = options.answer ?? takeAll;
  const config = sendingConfig({
    sending_queue: { storage: "file_storage", ...options.queue },
    retry_on_failure: options.retry ?? null,
  });
  const exporter = assembleExporter({ config, settings, sender, random: () => 0.5 });
  await exporter.start(host);
  return {
    ...settings,
    storage,
    storageSettings,
    sender,
    exporter,
    consume: (itemCount: number, first = 0, context: RequestContext = emptyContext) =>
      exporter.consume(spanBatch(itemCount, first), context),
    /** Numbers of all spans that attempts were made for, in order. */
    attempted: (): number[] => sender.attempts.flatMap(({ items }) => items),
    lines: (): string[] => settings.logger.entries.map(({ level, message }) => `${level} ${message}`),
    async end(signal: AbortSignal = new AbortController().signal): Promise<void> {
      await exporter.shutdown(signal);
      await storage.shutdown();
    },
  };
}
