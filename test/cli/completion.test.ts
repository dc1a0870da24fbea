import { spawnSync } from "node:child_process";
import t from "tap";
import { commands } from "../../src/cli/commands.ts";
import { completionScript } from "../../src/cli/completion-script.ts";
import { flagsOf } from "../../src/cli/parse-arguments.ts";

const hasShell = (name: string): boolean => spawnSync(name, ["-c", "exit 0"]).status === 0;

t.test("each script knows every command and every flag", async (t) => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const script = await completionScript(shell);
    for (const entry of commands) {
      t.ok(script.includes(entry.name), `${shell}: ${entry.name}`);
      for (const flag of Object.keys(flagsOf(await entry.load()))) {
        t.ok(script.includes(shell === "fish" ? `-l ${flag}` : `--${flag}`), `${shell}: --${flag}`);
      }
    }
    t.notMatch(script, /undefined|\[object/);
  }
  await t.rejects(completionScript("bsh"), { name: "UsageError", message: /did you mean "bash"\?/ });
});

for (const shell of ["bash", "zsh", "fish"]) {
  t.test(`${shell} takes its script`, { skip: hasShell(shell) ? false : `no ${shell} here` }, async (t) => {
    const { status, stderr } = spawnSync(shell, ["-n"], { input: await completionScript(shell), encoding: "utf8" });
    t.strictSame([status, stderr], [0, ""]);
  });
}

t.test("bash completes", { skip: hasShell("bash") ? false : "no bash here" }, async (t) => {
  const script = await completionScript("bash");
  const complete = (...words: readonly string[]): readonly string[] => {
    const line = `COMP_WORDS=(otelcol ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}; _otelcol`;
    const input = `${script}\n${line}; printf '%s\\n' "\${COMPREPLY[@]}"\n`;
    const { stdout } = spawnSync("bash", { input, encoding: "utf8" });
    return stdout.split("\n").filter((word) => word !== "");
  };
  t.strictSame(complete("val"), ["validate"]);
  t.strictSame(complete("validate", "--for"), ["--format"]);
  t.strictSame(complete("validate", "--format", "j"), ["json"]);
  t.strictSame(complete("init", "--preset", "=", "air"), ["airflow"]);
  t.strictSame(complete("--config", "package.js"), ["package.json"]);
  t.strictSame(complete("help", "expl"), ["explain"]);
});
