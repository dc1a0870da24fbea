import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { ConfigError } from "../../src/config/config-error.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { distribution } from "../../src/distribution.ts";
import { Random } from "../random.ts";
import { corpusEnvironment } from "./outcome.ts";

/** MUTATIONS=1000 TEST_SEED=n makes a long run of it. */
const rounds = Number(process.env["MUTATIONS"] ?? 250);

const letters = [..." \n\t:{}[]\"'$&*-#a1~,|>%@`?!\u00A0\uFEFFé€"];
const words = [
  "${env:HOST}",
  "${X",
  "${file:/nonexistent}",
  "null",
  "yes",
  "1.5",
  "<<: *x",
  "&x",
  "- ",
  "otlp",
  "''",
  "{}",
  "[]",
  "!!int",
  "---",
  "__proto__:",
  "$$",
];

/** One slip: a letter, a word, a line that is lost, doubled, moved, or indented otherwise. */
function mutate(text: string, random: Random): string {
  const lines = text.split("\n");
  const at = random.below(text.length + 1);
  const row = random.below(lines.length);
  const line = lines[row] ?? "";
  switch (random.below(8)) {
    case 0:
      return text.slice(0, at) + random.pick(letters) + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + random.below(3));
    case 2:
      return text.slice(0, at) + random.pick(words) + text.slice(at);
    case 3:
      return lines.toSpliced(row, 1).join("\n");
    case 4:
      return lines.toSpliced(row, 0, line).join("\n");
    case 5:
      return lines.toSpliced(row, 1).toSpliced(random.below(lines.length), 0, line).join("\n");
    case 6:
      return lines.with(row, `${" ".repeat(random.below(6))}${line.trim()}`).join("\n");
    default:
      return lines
        .with(
          row,
          line.replace(/[a-z_]{3,}/, (word) => word.slice(0, random.below(word.length))),
        )
        .join("\n");
  }
}

t.test("configurations with slips run, or are refused with a file and line of theirs", async (t) => {
  const folder = path.join(import.meta.dirname, "corpus");
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => readFileSync(path.join(folder, name), "utf8"));
  const random = new Random(Number(process.env["TEST_SEED"] ?? 7));
  let refused = 0;
  for (let i = 0; i < rounds; i++) {
    let text = random.pick(texts);
    for (let slips = 1 + random.below(3); slips > 0; slips--) text = mutate(text, random);
    try {
      await loadConfig([{ uri: `yaml:${text}`, name: "c.yaml" }], distribution, corpusEnvironment);
    } catch (error) {
      refused++;
      if (!(error instanceof ConfigError)) throw new Error(`Cannot load ${JSON.stringify(text)}`, { cause: error });
      const count = text.split("\n").length;
      const astray = error.issues.filter(({ position }) => {
        return position === undefined || position.file !== "c.yaml" || position.line < 1 || position.line > count;
      });
      if (astray.length > 0 || error.issues.length === 0) t.fail(JSON.stringify(text), { message: error.message });
      if (!/^c\.yaml:\d+:\d+/m.test(error.message)) t.fail(JSON.stringify(text), { message: error.message });
    }
  }
  t.ok(refused > rounds / 2 && refused < rounds, `${refused} of ${rounds} refused`);
});
