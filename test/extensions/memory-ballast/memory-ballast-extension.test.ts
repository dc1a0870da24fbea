import t from "tap";
import * as v from "valibot";
import { memoryBallast } from "../../../src/extensions/memory-ballast/factory.ts";
import { componentContract } from "../../contracts/component-contract.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings } from "../../contracts/test-settings.ts";

t.test("memory_ballast keeps the promises of every component", async (t) => {
  const config = v.parse(memoryBallast.config, null);
  await componentContract(t, { create: () => memoryBallast.create(config, testSettings()) });
});

t.test("memory_ballast says once that it has no effect", async (t) => {
  const settings = testSettings({ id: "memory_ballast" });
  const extension = memoryBallast.create(v.parse(memoryBallast.config, { size_mib: 512 }), settings);
  await extension.start(new TestHost());
  await extension.start(new TestHost());
  t.same(settings.logger.messages("info"), [
    "memory_ballast has no effect in this collector, it can be removed from the configuration",
  ]);
});

t.test("memory_ballast refuses what upstream refuses", (t) => {
  const { issues } = v.safeParse(memoryBallast.config, { size_in_percentage: 101 });
  t.same(
    issues?.map((issue) => issue.message),
    ["size_in_percentage is not in range 0 to 100"],
  );
  t.end();
});
