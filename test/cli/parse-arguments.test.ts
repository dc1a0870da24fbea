import t from "tap";
import { parseArguments } from "../../src/cli/parse-arguments.ts";

t.test("parseArguments() reads flags in every form", async (t) => {
  const run = { kind: "run", sources: [{ uri: "a.yaml" }], shutdownTimeoutMs: 10_000 };
  const cases: readonly (readonly [string, unknown])[] = [
    ["--config a.yaml", run],
    ["--config=a.yaml", run],
    ["--config a.yaml --config=env:B", { ...run, sources: [{ uri: "a.yaml" }, { uri: "env:B" }] }],
    ["--config a.yaml --shutdown-timeout 1m30s", { ...run, shutdownTimeoutMs: 90_000 }],
    ["--config a.yaml --shutdown-timeout=0", { ...run, shutdownTimeoutMs: 0 }],
    ["validate --config a.yaml", { kind: "validate", sources: [{ uri: "a.yaml" }] }],
    ["--config a.yaml validate", { kind: "validate", sources: [{ uri: "a.yaml" }] }],
    [
      "--set a.b.c=2s --config a.yaml",
      { ...run, sources: [{ uri: "a.yaml" }, { uri: "yaml:a::b::c: 2s", name: "--set=a.b.c" }] },
    ],
    ["--set=a=x=y", { ...run, sources: [{ uri: "yaml:a: x=y", name: "--set=a" }] }],
    ["--config a.yaml --feature-gates=", run],
    ["--version", { kind: "version" }],
    ["-v --config a.yaml", { kind: "version" }],
    ["-h -v", { kind: "help" }],
    ["--version --help", { kind: "help" }],
    ["help validate", { kind: "help" }],
    ["validate --help", { kind: "help" }],
  ];
  for (const [line, expected] of cases) t.strictSame(parseArguments(line.split(" ")), expected, line);
});

t.test("parseArguments() says what to write instead", async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ["", "at least one config flag must be provided, such as --config=config/otel-local-config.yaml"],
    ["validate", "at least one config flag must be provided, such as --config=config/otel-local-config.yaml"],
    ["--confg a.yaml", "unknown flag: --confg; did you mean --config?"],
    ["-config a.yaml", "unknown shorthand flag: 'c' in -config; did you mean --config?"],
    ["-config=a.yaml", "unknown shorthand flag: 'c' in -config=a.yaml; did you mean --config?"],
    [
      "--xyz",
      "unknown flag: --xyz (valid flags: --config, --set, --feature-gates, --shutdown-timeout, --version, --help)",
    ],
    ["--config", "flag needs an argument: --config"],
    ["--version=1", "flag takes no argument: --version"],
    ["a.yaml", 'unknown command "a.yaml" for "otelcol"; did you mean --config=a.yaml?'],
    ["valdiate --config a", 'unknown command "valdiate" for "otelcol"; did you mean "validate"?'],
    ["frobnicate", 'unknown command "frobnicate" for "otelcol" (valid commands: validate, help)'],
    ["validate a.yaml", 'unknown command "a.yaml" for "otelcol validate"; it takes flags only, see otelcol --help'],
    ["--set a", 'invalid argument "a" for "--set" flag: missing equal sign'],
    ["--feature-gates -x --config a", 'no such feature gate "x". valid gates: []'],
    [
      "--shutdown-timeout 5 --config a",
      'invalid argument "5" for "--shutdown-timeout" flag: time: missing unit in duration "5"',
    ],
    ["--shutdown-timeout=-5s --config a", 'invalid argument "-5s" for "--shutdown-timeout" flag: must be 0 or more'],
    [
      "--constructor",
      "unknown flag: --constructor (valid flags: --config, --set, --feature-gates, --shutdown-timeout, --version, --help)",
    ],
  ];
  for (const [line, message] of cases) {
    t.throws(() => parseArguments(line === "" ? [] : line.split(" ")), { message }, line);
  }
});
