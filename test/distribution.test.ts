import t from "tap";
import { distribution } from "../src/distribution.ts";

t.test("every entry loads the factory of its type, the same each time, by which a reload knows it again", async (t) => {
  for (const entry of distribution) {
    const factory = await entry.load();
    t.equal(factory.type, entry.type, entry.type);
    t.equal(await entry.load(), factory, entry.type);
  }
});
