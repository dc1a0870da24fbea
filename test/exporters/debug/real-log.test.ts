import { readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import * as v from "valibot";
import { emptyContext } from "../../../src/component/consumer.ts";
import { debugConfig } from "../../../src/exporters/debug/config.ts";
import { debug } from "../../../src/exporters/debug/factory.ts";
import { BoundedOutput } from "../../../src/output/bounded-output.ts";
import { createLogger } from "../../../src/telemetry/collector-logger.ts";
import { recordedCases } from "../console-cases.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings } from "../../contracts/test-settings.ts";

void t.test("through the collector's own log the lines are upstream's too", async (t) => {
  const folder = t.testdir({});
  const settings = testSettings({ id: "debug" });
  for (const recorded of recordedCases()) {
    const file = path.join(folder, `${recorded.name}.log`);
    const output = new BoundedOutput(file);
    const logger = createLogger({
      level: "info",
      encoding: "console",
      disableStacktrace: false,
      sampling: { enabled: true, tick: 10_000, initial: 10, thereafter: 100 },
      initialFields: {},
      resource: { "service.name": "<service>", "service.version": "0.165.0", "service.instance.id": "<uuid>" },
      outputs: [output],
      clock: settings.clock,
    }).with({
      "otelcol.component.id": "debug",
      "otelcol.component.kind": "exporter",
      "otelcol.signal": recorded.signal,
    });
    const config = v.parse(debugConfig, { verbosity: "detailed" });
    const exporter = debug.create(config, { ...settings, signal: recorded.signal, logger });
    await exporter.start(new TestHost());
    await exporter.consume(recorded.batch, emptyContext);
    await output.close(AbortSignal.timeout(5000));
    const printed = readFileSync(file, "utf8").replaceAll(
      /^[-\d]{10}T[\d:.]{12}(?:Z|[-+]\d{4})(?=\tinfo\t)/gm,
      "<timestamp>",
    );
    t.equal(printed, recorded.text("debug-v0.165.0-verbosity-detailed.txt"), recorded.name);
  }
});
