import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as v from "valibot";
import type { Journal, JournalOptions, StoredRecord } from "../../../src/component/storage.ts";
import { fileStorageConfig } from "../../../src/extensions/file-storage/config.ts";
import { FileStorageExtension } from "../../../src/extensions/file-storage/file-storage-extension.ts";
import { testSettings } from "../../contracts/test-settings.ts";

/** A directory that goes with the test. */
export function temporaryDirectory(t: { teardown(end: () => void): void }): string {
  const directory = mkdtempSync(path.join(tmpdir(), "otelcol-storage-"));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Restored {
  readonly record: StoredRecord;
  readonly text: string;
  readonly wasTaken: boolean;
}

/** A running extension and one journal of texts in it, with what it found there. */
export async function openStorage(
  directory: string,
  written: Record<string, unknown> = {},
  options: Partial<JournalOptions> = {},
) {
  const settings = testSettings({ id: "file_storage" });
  const storage = new FileStorageExtension(
    v.parse(fileStorageConfig, { directory, timeout: "0s", ...written }),
    settings,
  );
  await storage.start();
  const restored: Restored[] = [];
  const journal = await storage.openJournal({
    name: "queue",
    restore: (record, bytes, wasTaken) => {
      restored.push({ record, text: Buffer.from(bytes).toString(), wasTaken });
      return undefined;
    },
    makeRoom: () => false,
    ...options,
  });
  const counted = (name: string): number => settings.meter.value(name) ?? 0;
  const texts = (): string[] => restored.map(({ text }) => text);
  return { ...settings, storage, journal, restored, texts, counted, end: () => storage.shutdown() };
}

export function put(journal: Journal, text: string): Promise<StoredRecord> {
  return journal.append([Buffer.from(text)]);
}
