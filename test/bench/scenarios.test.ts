import t from "tap";
import { renderConfig, shownPorts } from "../../bench/scenarios/render-config.ts";
import { scenarios } from "../../bench/scenarios/list.ts";
import { bars, limits } from "../../bench/report/bars.ts";
import { measures } from "../../bench/report/measures.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { distribution } from "../../src/distribution.ts";

t.test("every scenario has a name of its own and a configuration that starts", async (t) => {
  t.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length);
  for (const scenario of scenarios) {
    const text = renderConfig(scenario, shownPorts, "/var/lib/otelcol");
    await t.resolves(loadConfig([{ uri: `yaml:${text}`, name: "c.yaml" }], distribution, {}), scenario.name);
  }
});

t.test("every bar belongs to a scenario, every limit to one of its figures", (t) => {
  const byName = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  for (const name of Object.keys(bars)) t.ok(byName.has(name), name);
  for (const [name, figures] of Object.entries(limits)) {
    const kind = byName.get(name)?.kind;
    const titles = kind === undefined ? [] : measures[kind].map(({ title }) => title);
    for (const figure of Object.keys(figures)) t.ok(titles.includes(figure), `${name}: ${figure}`);
  }
  t.end();
});
