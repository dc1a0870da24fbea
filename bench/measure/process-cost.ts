import { readFileSync, readdirSync } from "node:fs";

/** Kernel ticks per second; Linux has used 100 for user space on every architecture that Node runs on. */
const ticksPerSecond = 100;

function stat(pid: number): readonly string[] {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The command name stands in parentheses and may hold spaces.
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "latin1").trim().split(" ").filter(Boolean).map(Number),
  );
}

/** User and system CPU seconds of a process, those of its living and ended children included. Linux only. */
export function cpuSeconds(pid: number): number {
  const fields = stat(pid);
  const own = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0) / ticksPerSecond;
  return childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), own);
}

/** Resident memory in MiB: now (`VmRSS`) or at its highest (`VmHWM`). */
export function memoryMib(pid: number, field: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) / 1024;
}
