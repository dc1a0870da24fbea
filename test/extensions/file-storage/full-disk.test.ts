import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import t from "tap";
import { until } from "../../contracts/until.ts";
import { diskExporter } from "../../sending/disk-exporter.ts";
import { hang, takeAll } from "../../sending/recording-sender.ts";
import { openStorage, put, temporaryDirectory } from "./storage-fixture.ts";

const mount = (directory: string, options: string): boolean =>
  spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", directory]).status === 0;
const unmount = (directory: string): void => void spawnSync("umount", ["-l", directory]);

function canMount(): boolean {
  const directory = mkdtempSync(path.join(tmpdir(), "otelcol-mount-"));
  const isAllowed = mount(directory, "size=1m");
  if (isAllowed) unmount(directory);
  rmSync(directory, { recursive: true });
  return isAllowed;
}

const skip = canMount() ? false : "mounting a small file system is not allowed here";

/** A file system of 2 MiB. */
function smallDisk(t: { teardown(end: () => void): void }): string {
  const directory = temporaryDirectory(t);
  if (!mount(directory, "size=2m,mode=0700")) throw new Error(`Cannot mount ${directory}`);
  t.teardown(() => unmount(directory));
  return directory;
}

t.test(
  "a full disk refuses, retryably; with room again it works without a restart, and nothing is lost",
  { skip },
  async (t) => {
    const directory = smallDisk(t);
    const { consume, ledger, end } = await diskExporter(directory, { answer: hang });
    const ballast = path.join(directory, "ballast");
    writeFileSync(ballast, Buffer.alloc(1_500_000));
    let taken = 0;
    const fill = async (): Promise<unknown> => {
      for (let index = 0; index < 200; index++) {
        const [outcome] = await Promise.allSettled([consume(1000, 1000 * index)]);
        if (outcome?.status !== "fulfilled") return outcome?.reason;
        taken += 1000;
      }
      return undefined;
    };
    t.match(await fill(), { kind: "refused", message: /^Cannot write to the storage: ENOSPC/ });
    t.match(await fill(), { kind: "refused" }, "also the next");
    t.equal(ledger.held, taken);
    rmSync(ballast);
    await consume(1000);
    taken += 1000;
    t.equal(ledger.held, taken);
    await end(AbortSignal.abort());
    const again = await diskExporter(directory, { answer: takeAll });
    t.equal(again.ledger.recoveredCount, taken, "what was acknowledged is there, and nothing else");
    await until(() => again.ledger.held === 0, "all is sent");
    t.equal(again.ledger.droppedCount, 0);
    await again.end();
  },
);

t.test("what is done frees a full disk", { skip }, async (t) => {
  const directory = smallDisk(t);
  const { consume, ledger, sender, clock, end } = await diskExporter(directory, { answer: hang });
  const fill = async (): Promise<void> => {
    for (let index = 0; index < 400; index++) await consume(1000, 1000 * index);
  };
  await t.rejects(fill(), { kind: "refused", message: /ENOSPC/ });
  sender.answer = takeAll;
  await clock.advance(30_000);
  await until(() => ledger.held === 0, "the queue is empty");
  await consume(1000);
  await end();
});

t.test("a directory that is read-only stops the start; when it is writable all is there", { skip }, async (t) => {
  const directory = smallDisk(t);
  const first = await openStorage(directory);
  await put(first.journal, "before");
  await first.end();
  t.equal(spawnSync("mount", ["-o", "remount,ro", directory]).status, 0);
  await t.rejects(openStorage(directory), { message: /read-only file system|EROFS/i });
  t.equal(spawnSync("mount", ["-o", "remount,rw", directory]).status, 0);
  const again = await openStorage(directory);
  t.same(again.texts(), ["before"]);
  await again.end();
});
