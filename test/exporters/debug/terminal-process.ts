// Prints one trace with the real outputs, then the status line: terminal-process.ts MILLISECONDS. For terminal.test.ts.
import * as v from "valibot";
import { emptyContext } from "../../../src/component/consumer.ts";
import { debugConfig } from "../../../src/exporters/debug/config.ts";
import { debug } from "../../../src/exporters/debug/factory.ts";
import { OutputSet } from "../../../src/output/output-set.ts";
import { validate } from "../../../src/pdata/validate.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { TestHost } from "../../contracts/test-host.ts";
import { testSettings } from "../../contracts/test-settings.ts";
import { spanRequest } from "../tanzuobservability/requests.ts";

const outputs = new OutputSet();
const settings = { ...testSettings<"traces">({ id: "debug", signal: "traces" }), outputs, clock: systemClock };
const exporter = debug.create(v.parse(debugConfig, { format: "tree" }), settings);
await exporter.start(new TestHost());
const attributes = { long: "x".repeat(200) };
await exporter.consume(
  validate("traces", spanRequest({ name: "foo", attributes, fields: { status: { code: 2 } } })),
  emptyContext,
);
await new Promise((resolve) => setTimeout(resolve, Number(process.argv[2])));
await exporter.shutdown(AbortSignal.timeout(1000));
await outputs.close(AbortSignal.timeout(1000));
