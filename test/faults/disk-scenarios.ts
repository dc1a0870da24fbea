import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { temporaryDirectory } from "../extensions/file-storage/storage-fixture.ts";
import { until } from "../e2e/collector-process.ts";
import { begin, exitsCleanly, type Scenario } from "./scenario.ts";

/** A file system of 4 MiB on `directory`; `false` where that is not allowed. */
function mountSmallDisk(directory: string): boolean {
  return spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", directory]).status === 0;
}

export const diskScenarios: readonly Scenario[] = [
  {
    name: "a disk that is full refuses, retryably, and takes again when it has room: nothing accepted is lost",
    run: async (run) => {
      const directory = temporaryDirectory(run.t);
      if (!mountSmallDisk(directory)) {
        run.t.pass("mounting a small file system is not allowed here", { skip: true });
        return;
      }
      run.t.teardown(() => spawnSync("umount", ["-l", directory]));
      const rig = await begin(run, { isDurable: true, directory, queueSizes: { only: 100_000 } });
      await rig.accepts(200);
      rig.sink.behave = () => ({ is: "hang" });
      const ballast = path.join(directory, "ballast");
      writeFileSync(ballast, Buffer.alloc(2_500_000));
      await until("senders are refused", () => rig.producer.refused.size > 0, 20_000);
      run.t.same([...rig.producer.refusals.keys()], [503], "all refusals are retryable");
      rmSync(ballast);
      await rig.accepts(200);
      rig.sink.behave = () => ({ is: "take" });
      run.t.ok((await rig.drainsBacklog()) < 6000, "recovered: 5 s for attempts that hang, and one second");
      await rig.producer.stop();
      await rig.drained();
      await exitsCleanly(run, rig);
      rig.judge();
    },
  },
];
