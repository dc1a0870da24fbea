import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { temporaryDirectory } from "../extensions/file-storage/storage-fixture.ts";

/** More with `OTELCOL_TEST_KILLS=200`. */
const rounds = Number(process.env["OTELCOL_TEST_KILLS"] ?? 5);
/** Batches being sent at a kill, and those whose mark was on its way to the disk: two turns of the workers. */
const duplicatesPerKill = 2 * 4 * 5;

/** One life of the process; killed `killAfterMs` after it was ready, or left to finish. */
async function live(
  args: readonly string[],
  killAfterMs: number | undefined,
  onLine: (letter: string, spans: number[]) => void,
): Promise<void> {
  const script = path.join(import.meta.dirname, "queue-process.ts");
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [letter = "", ...spans] = line.split(" ");
      if (letter === "r" && killAfterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfterMs);
      onLine(letter, spans.map(Number));
    }
  });
  await once(child, "close");
  if (killAfterMs === undefined && child.exitCode !== 0) throw new Error(`Cannot finish: exit ${child.exitCode}`);
}

t.test(
  `nothing that was acknowledged is lost at ${rounds} kills, and no more is sent twice than was being sent`,
  async (t) => {
    t.setTimeout(20_000 + 5000 * rounds);
    const directory = temporaryDirectory(t);
    const acknowledged = new Set<number>();
    const sent = new Map<number, number>();
    const onLine = (letter: string, spans: number[]): void => {
      for (const span of spans) {
        if (letter === "a") acknowledged.add(span);
        if (letter === "s") sent.set(span, (sent.get(span) ?? 0) + 1);
      }
    };
    for (let round = 0; round < rounds; round++) {
      await live([directory, String(round * 1e6), "100000"], 20 + Math.random() * 400, onLine);
    }
    await live([directory, "0", "0"], undefined, onLine);
    const missing = [...acknowledged].filter((span) => !sent.has(span));
    const duplicates = [...sent.values()].reduce((sum, times) => sum + times - 1, 0);
    t.comment(`${acknowledged.size} acknowledged, ${sent.size} sent, ${missing.length} missing, ${duplicates} twice`);
    t.ok(acknowledged.size > 20 * rounds, "the rounds did something");
    t.same(missing, []);
    t.ok(duplicates <= rounds * duplicatesPerKill, `${duplicates} duplicates`);
    t.same(readdirSync(path.join(directory, "set-aside")), [], "a kill damages nothing");
    t.same(readdirSync(path.join(directory, "exporter_otlp__traces")), [], "nothing is left over");
  },
);
