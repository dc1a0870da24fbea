import { readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import * as v from "valibot";
import { debugConfig } from "../../../src/exporters/debug/config.ts";

function issuesOf(config: unknown): string[] {
  return (v.safeParse(debugConfig, config).issues ?? []).map((issue) => issue.message);
}

void t.test("an empty section means the defaults", (t) => {
  for (const config of [{}, null]) {
    const { sendingQueue, ...rest } = v.parse(debugConfig, config);
    t.same(rest, {
      format: "text",
      waitForParent: 30_000,
      verbosity: "basic",
      samplingInitial: 2,
      samplingThereafter: 1,
      useInternalLogger: true,
    });
    t.equal(sendingQueue.enabled, false);
  }
  t.end();
});

void t.test("verbosity is taken in any letter case", (t) => {
  for (const verbosity of ["detailed", "Detailed", "DETAILED"]) {
    t.equal(v.parse(debugConfig, { verbosity }).verbosity, "detailed");
  }
  t.equal(v.parse(debugConfig, { verbosity: null }).verbosity, "basic");
  t.end();
});

void t.test("an unsupported verbosity is an error", (t) => {
  for (const verbosity of ["none", "None"]) {
    t.same(issuesOf({ verbosity }), ['verbosity level "None" is not supported']);
  }
  t.same(issuesOf({ verbosity: "loud" }), [
    'Invalid type: Expected ("basic" | "normal" | "detailed") but received "loud"',
  ]);
  t.end();
});

void t.test("output_paths belongs to use_internal_logger: false and names at least one", (t) => {
  t.same(issuesOf({ output_paths: ["stdout"] }), ["output_paths is not supported when use_internal_logger is true"]);
  t.same(issuesOf({ use_internal_logger: false, output_paths: [] }), [
    "output_paths must not be empty when use_internal_logger is false",
  ]);
  t.same(issuesOf({ use_internal_logger: false, output_paths: ["stdout", "spans.log"] }), []);
  t.same(issuesOf({ output_paths: null }), []);
  t.same(issuesOf({ format: "json", output_paths: ["spans.json"] }), [], "other formats do not use the log");
  t.end();
});

void t.test("writing sending_queue turns it on", (t) => {
  t.equal(v.parse(debugConfig, { sending_queue: {} }).sendingQueue.enabled, true);
  t.equal(v.parse(debugConfig, { sending_queue: { enabled: false } }).sendingQueue.enabled, false);
  t.end();
});

void t.test("the README has each key with its default", (t) => {
  const readme = readFileSync(path.join(import.meta.dirname, "../../../src/exporters/debug/README.md"), "utf8");
  const rows = new Map(
    Array.from(readme.matchAll(/^\| `(\w+)` +\| (.+?) +\|/gm), ([, key, value]) => [key, value] as const),
  );
  t.same(Object.fromEntries(rows), {
    format: "`text`",
    wait_for_parent: "`30s`",
    verbosity: "`basic`",
    sampling_initial: "`2`",
    sampling_thereafter: "`1`",
    use_internal_logger: "`true`",
    output_paths: "`[stdout]`",
    sending_queue: "off",
  });
  t.end();
});
