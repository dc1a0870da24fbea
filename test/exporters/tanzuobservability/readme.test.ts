import { readFileSync } from "node:fs";
import t from "tap";
import * as v from "valibot";
import { wavefrontConfig } from "../../../src/exporters/tanzuobservability/config.ts";
import { rules } from "../../../src/exporters/tanzuobservability/lines/rules.ts";

const folder = new URL("../../../src/exporters/tanzuobservability/", import.meta.url);
const readme = readFileSync(new URL("README.md", folder), "utf8");
const outcomes = { repaired: "repaired", doubtful: "doubtful", dropped: "dropped", nothing: "nothing to send" };

function sorted(list: readonly (readonly unknown[])[]): string[] {
  return list.map((row) => row.join(" | ")).toSorted();
}

t.test("the README lists every rule with its outcome and code, and no other", async (t) => {
  const rows = readme.matchAll(/^\| `(\w+)` +\| (repaired|doubtful|dropped|nothing to send) +\| ([^|]*?) *\|/gm);
  const listed = [...rows].map(([, name, outcome, codes]) => [name, outcome, codes]);
  const expected = rules.map(({ name, outcome, spanCode, pointCode }) => {
    const codes = [spanCode, pointCode].filter((code) => code !== undefined);
    return [name, outcomes[outcome], codes.join(", ")];
  });
  t.same(sorted(listed), sorted(expected));
  t.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
});

t.test("the README tells the defaults of the schema", async (t) => {
  const config = v.parse(wavefrontConfig, { traces: { endpoint: "http://a:1" } });
  for (const [key, value] of Object.entries(config.limits)) {
    const name = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    t.match(readme, new RegExp(`\\| \`limits::${name}\` +\\| \`${value}\` `), name);
  }
  t.match(readme, `\`[${config.preferredTags.join(", ")}]\``);
  t.match(readme, /\| `timeout` +\| `10s` /);
  t.equal(config.timeout, 10_000);
});
