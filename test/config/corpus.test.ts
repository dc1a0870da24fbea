import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { loadConfig } from "../../src/config/load-config.ts";
import { distribution } from "../../src/distribution.ts";
import { corpusEnvironment, outcomeOf } from "./outcome.ts";

// What the command line says of each file of the corpus, letter by letter: "runs", with the notices, or the error. The
// texts are user interface. After a change that is meant, UPDATE_CORPUS=1 writes them anew: read the difference.
const folder = path.join(import.meta.dirname, "corpus");
const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

t.test("the corpus is large enough to mean something", async (t) => {
  t.ok(names.length >= 60);
  t.ok(names.filter((name) => name.startsWith("runs-")).length >= 25);
});

for (const name of names) {
  t.test(name, async (t) => {
    const file = path.join(folder, name);
    const golden = file.replace(/\.yaml$/, ".txt");
    const load = loadConfig([{ uri: file, name }], distribution, corpusEnvironment);
    const outcome = await outcomeOf(load);
    if (process.env["UPDATE_CORPUS"] === "1" && (!existsSync(golden) || readFileSync(golden, "utf8") !== outcome)) {
      writeFileSync(golden, outcome);
    }
    t.equal(outcome, readFileSync(golden, "utf8"));
    t.equal(/^runs$/m.test(outcome), name.startsWith("runs-"), "its name says whether it runs");
    const issues = await load.then(
      () => [],
      (error: { readonly issues: readonly { readonly position: unknown }[] }) => error.issues,
    );
    for (const { position } of issues) t.ok(position, "each error has a place");
  });
}
