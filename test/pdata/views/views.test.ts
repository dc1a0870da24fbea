import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import type { Signal } from "../../../src/pdata/signal.ts";
import { validate } from "../../../src/pdata/validate.ts";
import { captureComment, loadCaptures } from "../../captures.ts";
import { dump, withoutEmpties } from "./dump.ts";

t.test("views read every field of the recorded requests as an independent decoder did", (t) => {
  t.comment(captureComment);
  let compared = 0;
  for (const capture of loadCaptures()) {
    const { bodyIs, signal } = capture.meta;
    if (capture.json === undefined || bodyIs === "json" || signal === "other") continue;
    const batch = validate(signal, capture.body);
    t.same(withoutEmpties(dump(batch)), withoutEmpties(capture.json), capture.name);
    compared++;
  }
  t.ok(compared > 3, `${compared} requests compared`);
  t.end();
});

const golden = path.join(import.meta.dirname, "../../../../shared/golden/wavefront/cases");
t.test(
  "views read every field of the recorded cases",
  { skip: existsSync(golden) ? false : "the recorded cases are not beside this checkout" },
  (t) => {
    for (const name of readdirSync(golden)) {
      const file = (part: string): Buffer => readFileSync(path.join(golden, name, part));
      const { signal } = JSON.parse(file("case.json").toString()) as { signal: Signal };
      const expected: unknown = JSON.parse(file("input.json").toString());
      t.same(withoutEmpties(dump(validate(signal, file("input.binpb")))), withoutEmpties(expected), name);
    }
    t.end();
  },
);
