import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import t, { type Test } from "tap";
import { BoundedOutput } from "../../src/output/bounded-output.ts";
import { OutputSet } from "../../src/output/output-set.ts";
import { until } from "../contracts/until.ts";

interface Report {
  readonly pid: number;
  readonly longestTurnMs: number;
  readonly lost: { readonly entries: number; readonly bytes: number };
  readonly pendingBytes: number;
  readonly isGone: boolean;
}

const program = path.join(import.meta.dirname, "flooding-process.ts");
// Far beyond what a pipe and the limit of the process hold together.
const entryCount = 400;
const entryBytes = 20_000;

interface Flood {
  readonly child: ChildProcess;
  readonly reports: Report[];
  readonly exitCode: Promise<number | null>;
}

function flood(t: Test, stdout: "pipe" | number, end: "exit" | "close", through: readonly string[] = []): Flood {
  const command = [process.execPath, program, String(entryCount), String(entryBytes), end];
  const [file = "", ...args] = through.length === 0 ? command : [...through, command.join(" "), "/dev/null"];
  const child = spawn(file, args, { stdio: ["ignore", stdout, "inherit", "pipe"] });
  t.teardown(() => child.kill("SIGKILL"));
  const reports: Report[] = [];
  let unread = "";
  // Descriptor 3 was asked for as a pipe.
  (child.stdio[3] as Readable).on("data", (chunk: Buffer) => {
    const lines = (unread + chunk.toString()).split("\n");
    unread = lines.pop() ?? "";
    reports.push(...lines.map((line) => JSON.parse(line) as Report));
  });
  const exitCode = new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
  });
  return { child, reports, exitCode };
}

async function assertStuckReaderIsHarmless(t: Test, { reports }: Flood): Promise<void> {
  await until(() => reports.length > 0, "the process writes all entries although nobody reads", 10_000);
  const report = reports[0];
  t.ok(
    report !== undefined && report.longestTurnMs < 1000,
    `longest turn of the event loop ${report?.longestTurnMs} ms`,
  );
  t.ok(report !== undefined && report.lost.entries > 0, "entries beyond the limit are counted as lost");
  t.ok(report !== undefined && report.pendingBytes <= 1024 * 1024 + entryBytes, "what is kept is bounded");
  await until(() => !isAlive(report?.pid ?? 0), "the process ends when it wants to");
}

/** A process that has ended and whose parent has not yet asked for it counts as dead (the parent may be stuck). */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** The reason to skip, if the command is not there. */
function without(command: string): string | false {
  return spawnSync(command, ["--version"]).status === 0 ? false : `no ${command} command on this machine`;
}

/** A pipe as a shell makes it (what `spawn` makes is a socket): its two ends. */
function makePipe(t: Test): { readonly readFd: number; readonly writeFd: number } {
  const file = path.join(t.testdir(), "pipe");
  spawnSync("mkfifo", [file]);
  const readFd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  return { readFd, writeFd: openSync(file, constants.O_WRONLY) };
}

t.test(
  "a pipe that nobody reads neither stops the process nor keeps it from ending",
  { skip: without("mkfifo") },
  async (t) => {
    const pipe = makePipe(t);
    const run = flood(t, pipe.writeFd, "exit");
    closeSync(pipe.writeFd);
    await assertStuckReaderIsHarmless(t, run);
    closeSync(pipe.readFd);
  },
);

t.test("a socket that nobody reads neither stops the process nor keeps it from ending", async (t) => {
  const run = flood(t, "pipe", "exit");
  await assertStuckReaderIsHarmless(t, run);
});

t.test(
  "a terminal that is stopped neither stops the process nor keeps it from ending",
  { skip: without("script") },
  async (t) => {
    const run = flood(t, "pipe", "exit", ["script", "-qfec"]);
    await assertStuckReaderIsHarmless(t, run);
  },
);

t.test("a pipe whose reader is gone costs entries and nothing else", { skip: without("mkfifo") }, async (t) => {
  const pipe = makePipe(t);
  const run = flood(t, pipe.writeFd, "exit");
  closeSync(pipe.writeFd);
  closeSync(pipe.readFd);
  t.equal(await run.exitCode, 0);
  await until(() => run.reports.length > 0, "the report");
  t.equal(run.reports[0]?.isGone, true);
  t.ok((run.reports[0]?.lost.entries ?? 0) > 0);
});

t.test("a reader that comes back gets whole entries, the tally of those it missed, and the last words", async (t) => {
  const run = flood(t, "pipe", "close");
  await until(() => run.reports.length > 0, "the process writes all entries", 10_000);
  const lines = (await text(run.child.stdout ?? (t.fail("no stdout") as never))).split("\n");
  t.equal(await run.exitCode, 0);
  const lost = run.reports.at(-1)?.lost;
  const notices = lines.filter((line) => line.includes("not written"));
  const entries = lines.filter((line) => /^\d+$/.test(line));
  const told = notices.reduce((sum, line) => sum + Number(/^\d+/.exec(line)?.[0]), 0);
  t.ok(notices.length > 0);
  t.match(notices[0], /^\d+ entries were not written \(\d+ bytes\): stdout is read too slowly$/);
  t.equal(told, lost?.entries, "all that was lost is told");
  t.equal(entries.length + told, entryCount);
  t.ok(
    entries.every((line) => line.length === entryBytes - 1),
    "every entry is whole",
  );
  t.equal(lines.at(-2), "last words");
});

t.test("a file is appended, private, and complete after close", async (t) => {
  const file = path.join(t.testdir({ "old.log": "before\n" }), "old.log");
  const fresh = path.join(path.dirname(file), "fresh.log");
  const outputs = new OutputSet();
  const output = outputs.open(`file://${file}`);
  outputs.open(fresh).write("x");
  const long = "y".repeat(300_000);
  output.write("one\n");
  output.write(Buffer.from("two\n"));
  output.write(`${long}\n`);
  t.equal(outputs.open(fresh), outputs.open(fresh), "one output per target");
  await outputs.close(AbortSignal.timeout(5000));
  await outputs.close(AbortSignal.timeout(5000));
  t.equal(readFileSync(file, "utf8"), `before\none\ntwo\n${long}\n`);
  t.equal(statSync(fresh).mode & 0o777, 0o600);
  output.write("late\n");
  t.ok(readFileSync(file, "utf8").endsWith("y\nlate\n"), "last words after close are written at once");
});

t.test("the caller may reuse its buffer as soon as write has returned", async (t) => {
  const file = path.join(t.testdir(), "reused.log");
  const outputs = new OutputSet();
  const output = outputs.open(file);
  const buffer = Buffer.alloc(100_000);
  for (const letter of "abc") {
    buffer.fill(letter);
    output.write(buffer);
  }
  buffer.fill("!");
  await outputs.close(AbortSignal.timeout(5000));
  t.equal(readFileSync(file, "utf8"), "a".repeat(100_000) + "b".repeat(100_000) + "c".repeat(100_000));
});

t.test("a file that cannot be made is an error that names it", (t) => {
  const file = path.join(t.testdir(), "missing", "x.log");
  t.throws(() => new OutputSet().open(file), {
    message: `Cannot open "${file}" for writing: it must be "stdout", "stderr" or a file that can be made`,
    cause: { code: "ENOENT" },
  });
  const output = new BoundedOutput(file);
  output.write("lost");
  t.equal(output.isGone, true);
  t.match(output.lost, { entries: 1, bytes: 4 });
  t.end();
});

t.test("a disk without space is waited for, and the reason is told", async (t) => {
  // /dev/full answers every write like a full disk.
  const output = new BoundedOutput("/dev/full", { maxBytes: 10 });
  output.write("a first entry\n");
  output.write("a second one\n");
  t.equal(await output.flush(AbortSignal.timeout(50)), false);
  t.equal(output.isGone, false);
  t.match(output.lost, { entries: 1, reason: "no space is left for /dev/full" });
  await output.close(AbortSignal.abort());
});

t.test("outputs leave no listener behind", async (t) => {
  const before = process.listenerCount("exit");
  const outputs = new OutputSet();
  outputs.open(path.join(t.testdir(), "a.log"));
  outputs.get("stderr");
  t.equal(process.listenerCount("exit"), before + 1);
  await outputs.close(AbortSignal.timeout(1000));
  t.equal(process.listenerCount("exit"), before);
});
