import { copyFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import * as v from "valibot";
import { tlsClientField } from "../../../src/net/client/tls-client-config.ts";
import { TlsContext } from "../../../src/net/client/tls-context.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { tlsFile } from "./tls-files.ts";

t.test(
  "files are read again after reload_interval; unusable ones are told once and do not replace good ones",
  async (t) => {
    const file = path.join(t.testdir(), "ca.pem");
    copyFileSync(tlsFile("ca.pem"), file);
    const settings = testSettings();
    const context = new TlsContext(v.parse(tlsClientField, { ca_file: file, reload_interval: "10s" }), settings);
    await context.load();
    const first = await context.get();
    await settings.clock.advance(9_999);
    t.equal(await context.get(), first);
    await settings.clock.advance(1);
    const second = await context.get();
    t.not(second, first);

    writeFileSync(file, "half a certifi");
    for (let round = 0; round < 3; round++) {
      await settings.clock.advance(10_000);
      t.equal(await context.get(), second);
    }
    t.match(settings.logger.entries, [
      {
        level: "warn",
        message: "Cannot read TLS files again, those read before stay in use",
        fields: { error: /failed to parse cert/ },
      },
    ]);
    t.equal(settings.logger.entries.length, 1);

    copyFileSync(tlsFile("ca.pem"), file);
    await settings.clock.advance(10_000);
    t.not(await context.get(), second);
  },
);

t.test("without reload_interval files are read once", async (t) => {
  const settings = testSettings();
  const context = new TlsContext(v.parse(tlsClientField, { ca_file: tlsFile("ca.pem") }), settings);
  const first = await context.get();
  await settings.clock.advance(3_600_000);
  t.equal(await context.get(), first);
});

t.test("connections that are made at the same time read the files once", async (t) => {
  const settings = testSettings();
  const config = v.parse(tlsClientField, { ca_file: tlsFile("ca.pem"), reload_interval: "1s" });
  const context = new TlsContext(config, settings);
  await context.load();
  await settings.clock.advance(1000);
  const contexts = await Promise.all([context.get(), context.get(), context.get()]);
  t.equal(new Set(contexts).size, 1);
});
