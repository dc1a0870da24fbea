import { open, type FileHandle } from "node:fs/promises";
import path from "node:path";
import t from "tap";
import { until } from "../../contracts/until.ts";
import { diskExporter } from "../../sending/disk-exporter.ts";
import { hang, takeAll } from "../../sending/recording-sender.ts";
import { temporaryDirectory } from "./storage-fixture.ts";

type Write = "writev" | "datasync";

/** What all open files share: a fault put there concerns every file of this process. */
async function fileHandles(directory: string): Promise<Record<Write, (...args: unknown[]) => Promise<unknown>>> {
  const handle: FileHandle = await open(path.join(directory, "probe"), "w");
  await handle.close();
  return Object.getPrototypeOf(handle) as Record<Write, (...args: unknown[]) => Promise<unknown>>;
}

t.test("a disk with errors refuses, retryably, and nothing that was acknowledged is lost", async (t) => {
  for (const code of ["EIO", "EROFS", "EACCES", "ENOSPC"]) {
    for (const way of ["writev", "datasync"] as const) {
      const directory = temporaryDirectory(t);
      const handles = await fileHandles(temporaryDirectory(t));
      const healthy = handles[way];
      const { consume, ledger, end } = await diskExporter(directory, { answer: hang });
      await consume(10);
      handles[way] = () => Promise.reject(Object.assign(new Error(`${code}: injected`), { code }));
      try {
        for (let index = 0; index < 3; index++) {
          await t.rejects(consume(5), {
            kind: "refused",
            message: new RegExp(`^Cannot write to the storage: ${code}`),
          });
        }
      } finally {
        handles[way] = healthy;
      }
      await consume(10, 100);
      const taken = ledger.held;
      await end(AbortSignal.abort());
      const again = await diskExporter(directory, { answer: takeAll });
      t.equal(taken, 20);
      t.equal(again.ledger.recoveredCount, taken, `${code} at ${way}: what was acknowledged is there`);
      await until(() => again.ledger.held === 0, "all is sent");
      t.equal(again.ledger.droppedCount, 0);
      await again.end();
    }
  }
});
