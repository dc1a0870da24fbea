import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import * as v from "valibot";
import { storageExtension } from "../../../src/component/storage.ts";
import { fileStorageConfig } from "../../../src/extensions/file-storage/config.ts";
import { FileStorageExtension } from "../../../src/extensions/file-storage/file-storage-extension.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { openStorage, put, temporaryDirectory } from "./storage-fixture.ts";

const storageIn = (directory: string, timeout = "0s"): FileStorageExtension =>
  new FileStorageExtension(v.parse(fileStorageConfig, { directory, timeout }), {
    ...testSettings({ id: "file_storage" }),
    clock: systemClock,
  });

t.test("file_storage is a component", async (t) => {
  const directory = temporaryDirectory(t);
  await componentContract(t, { create: () => storageIn(directory) });
});

t.test("defaults are upstream's, but what is acknowledged is on the disk", async (t) => {
  const config = v.parse(fileStorageConfig, null);
  t.match(config, { directory: "/var/lib/otelcol/file_storage", createDirectory: false, timeout: 1000, fsync: true });
  t.match(config, { maxSizeMib: 4096, whenFull: "refuse" });
  v.parse(fileStorageConfig, { compaction: { on_start: true, directory: "/tmp", max_transaction_size: 65_536 } });
});

t.test("a directory that is not there, or is none, stops the start with a clear line", async (t) => {
  const directory = temporaryDirectory(t);
  await t.rejects(storageIn(path.join(directory, "no")).start(), {
    message: /^directory must exist: .*You can enable the create_directory option to automatically create it$/,
  });
  writeFileSync(path.join(directory, "file"), "");
  await t.rejects(storageIn(path.join(directory, "file")).start(), { message: /is not a directory$/ });
});

t.test("the second in a directory refuses to start, and starts when the first has left", async (t) => {
  const directory = temporaryDirectory(t);
  const first = storageIn(directory);
  await first.start();
  await t.rejects(storageIn(directory).start(), {
    message: new RegExp(`^Cannot use directory ${directory}: process ${process.pid} is using it`),
  });
  const waiting = storageIn(directory, "5s");
  const started = waiting.start();
  await first.shutdown();
  await started;
  await waiting.shutdown();
});

t.test("a killed process does not keep the directory, whoever comes first", async (t) => {
  const directory = temporaryDirectory(t);
  const script = `
    const { DirectoryLock } = await import(${JSON.stringify(path.resolve("src/extensions/file-storage/directory-lock.ts"))});
    await DirectoryLock.take(${JSON.stringify(directory)}, 0, { monotonic: () => 0, now: () => 0, setTimer: () => ({ cancel() {} }) });
    console.log("held"); setInterval(() => {}, 1000);`;
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    await t.rejects(storageIn(directory).start(), { message: new RegExp(`process ${child.pid} is using it`) });
    child.kill("SIGKILL");
    await once(child, "exit");
    const rivals = [0, 1, 2, 3].map(() => storageIn(directory));
    const outcomes = await Promise.allSettled(rivals.map((rival) => rival.start()));
    t.equal(
      outcomes.filter(({ status }) => status === "fulfilled").length,
      1,
      "one of four takes what was left behind",
    );
    await Promise.all(rivals.map((rival) => rival.shutdown()));
  }
});

t.test("one name is open once; names are escaped as upstream's", async (t) => {
  const directory = temporaryDirectory(t);
  const { storage, journal, end } = await openStorage(directory, {}, { name: "exporter_otlp_a/ü_traces" });
  await put(journal, "a");
  await t.rejects(
    storage.openJournal({ name: "exporter_otlp_a/ü_traces", restore: () => undefined, makeRoom: () => false }),
    { message: 'Cannot open storage "exporter_otlp_a~002F~00FC_traces": it is in use' },
  );
  await journal.close();
  let found = 0;
  const restore = (): undefined => void found++;
  await storage.openJournal({ name: "exporter_otlp_a/ü_traces", restore, makeRoom: () => false });
  t.equal(found, 1, "once it is closed it may be opened again");
  await end();
});

t.test("storageExtension() says in upstream's words what is wrong", async (t) => {
  const host = new TestHost();
  t.throws(() => storageExtension(host, "file_storage"), { message: "no storage client extension found" });
  host.extensionsById.set("zpages", { start: () => Promise.resolve(), shutdown: () => Promise.resolve() });
  t.throws(() => storageExtension(host, "zpages"), { message: "requested extension is not a storage extension" });
});
