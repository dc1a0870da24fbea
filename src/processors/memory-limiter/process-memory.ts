import { totalmem } from "node:os";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Memory } from "./memory.ts";

type CollectGarbage = (options?: { readonly type: "major" | "minor" }) => void;

let collectGarbage: CollectGarbage | undefined;

/** What the program grows by under load, after the limiter has looked: compiled code, modules that load when needed. */
const lateBytes = 20 * 1024 * 1024;

/** The memory of this process. */
export const processMemory: Memory = {
  read() {
    // After a collection V8 frees array buffers in the background, and `external` (which includes them) shows the old
    // number until the next array buffer is made. This one brings it up to date.
    void new ArrayBuffer(1);
    const { heapUsed, external } = process.memoryUsage();
    return { usedBytes: heapUsed + external, heapBytes: heapUsed };
  },
  collect() {
    collectGarbage ??= exposedGc();
    collectGarbage({ type: "major" });
    // Waits for the array buffers that the first one found; on its own it costs next to nothing.
    collectGarbage({ type: "minor" });
  },
  programBytes() {
    const { rss, heapUsed, external } = process.memoryUsage();
    return Math.max(0, rss - heapUsed - external) + lateBytes;
  },
  totalBytes() {
    const machine = totalmem();
    // 0 or a number beyond the machine's memory where no cgroup (v1 or v2) sets a limit.
    const constrained = process.constrainedMemory();
    return constrained > 0 && constrained < machine ? constrained : machine;
  },
  heapLimitBytes: () => getHeapStatistics().heap_size_limit,
};

/** Node was started without `--expose-gc`: a context made while the flag is on has the function. */
function exposedGc(): CollectGarbage {
  setFlagsFromString("--expose-gc");
  try {
    return runInNewContext("gc") as CollectGarbage;
  } finally {
    setFlagsFromString("--no-expose-gc");
  }
}
