// `npm run faults`: the fault battery in its full form, longer faults for both exporters and many kills.
// OTELCOL_FAULT_ROUNDS sets the rounds, each with other seeds; OTELCOL_TEST_KILLS the kills; TEST_SEED repeats a run.
process.env.OTELCOL_FAULT_ROUNDS ??= "3";
process.env.OTELCOL_TEST_KILLS ??= "200";
// One file at a time: what is measured are times.
process.argv.push("--jobs=1", "--timeout=7200", "test/faults", "test/e2e/disk-queue-kill.test.ts");
await import("../../scripts/run-tests.mjs");
