import { readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import * as v from "valibot";
import { loggingConfig } from "../../../src/exporters/logging/config.ts";

void t.test("an empty section means the defaults", (t) => {
  for (const config of [{}, null]) {
    t.same(v.parse(loggingConfig, config), { samplingInitial: 2, samplingThereafter: 500 });
  }
  t.end();
});

void t.test("loglevel is taken in any letter case, and empty it is info", (t) => {
  t.equal(v.parse(loggingConfig, { loglevel: "DEBUG" }).loglevel, "debug");
  t.equal(v.parse(loggingConfig, { loglevel: null }).loglevel, "info");
  t.ok(v.safeParse(loggingConfig, { loglevel: "trace" }).issues);
  t.end();
});

void t.test("loglevel and verbosity together are an error", (t) => {
  const { issues = [] } = v.safeParse(loggingConfig, { loglevel: "debug", verbosity: "detailed" });
  t.same(
    issues.map((issue) => issue.message),
    ["`loglevel` and `verbosity` say the same: keep one of them"],
  );
  t.end();
});

void t.test("the README has each key with its default", (t) => {
  const readme = readFileSync(path.join(import.meta.dirname, "../../../src/exporters/logging/README.md"), "utf8");
  const rows = new Map(
    Array.from(readme.matchAll(/^\| `(\w+)` +\| (.+?) +\|/gm), ([, key, value]) => [key, value] as const),
  );
  t.same(Object.fromEntries(rows), {
    loglevel: "`info`",
    verbosity: "none",
    sampling_initial: "`2`",
    sampling_thereafter: "`500`",
  });
  t.end();
});
