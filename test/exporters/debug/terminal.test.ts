import { spawnSync } from "node:child_process";
import path from "node:path";
import t from "tap";

const program = path.join(import.meta.dirname, "terminal-process.ts");
const missing =
  process.platform !== "linux" || spawnSync("script", ["--version"]).status !== 0
    ? "needs the command script of util-linux, which makes a pseudo-terminal"
    : undefined;

/** What a terminal of 60 columns gets. */
function onTerminal(waitMs: number, env: NodeJS.ProcessEnv = {}): string {
  const command = `stty cols 60; '${process.execPath}' '${program}' ${waitMs}`;
  const { NO_COLOR: _, ...rest } = process.env;
  const { stdout, status } = spawnSync("script", ["-qec", command, "/dev/null"], {
    encoding: "utf8",
    env: { ...rest, TERM: "xterm", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`Cannot print to a pseudo-terminal: ${stdout}`);
  return stdout;
}

t.test("on a terminal lines have colours, end at its width, and a status line counts below", async (t) => {
  if (missing !== undefined) return t.comment(`skipped: ${missing}`);
  const output = onTerminal(2500);
  t.match(output, "\u001b[31mfoo\u001b[0m");
  // oxlint-disable-next-line no-control-regex
  const plain = output.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, "");
  const lines = plain.split(/[\r\n]+/);
  t.ok(
    lines.some((line) => /^└─ foo .* ERROR long=x+…$/.test(line) && line.length === 60),
    JSON.stringify(lines),
  );
  t.ok(lines.every((line) => line.length <= 60));
  // oxlint-disable-next-line no-control-regex
  t.match(output, /\r\u001b\[K[^\n]*spans [^\n]*1\/s[^\n]* of 1[^\n]*\r/);
  t.match(plain, /spans 0\/s of 1/, "a second later nothing has come");
  t.ok(output.endsWith("\r\u001b[K"), "the end takes the status line away");
});

t.test("NO_COLOR leaves the width; TERM=dumb, pipes and files get plain whole lines", async (t) => {
  if (missing !== undefined) return t.comment(`skipped: ${missing}`);
  const colourless = onTerminal(0, { NO_COLOR: "1" });
  t.notMatch(colourless, "\u001b[31m");
  t.match(colourless, "x…");
  // oxlint-disable-next-line no-control-regex
  t.notMatch(onTerminal(0, { TERM: "dumb" }), /\u001b|…/);
  const piped = spawnSync(process.execPath, [program, "0"], { encoding: "utf8" }).stdout;
  t.match(piped, "x".repeat(200));
  // oxlint-disable-next-line no-control-regex
  t.notMatch(piped, /[\u001b\r]/);
});
