import t from "tap";
import * as v from "valibot";
import { memoryLimiterConfig } from "../../../src/processors/memory-limiter/config.ts";

t.test("memoryLimiterConfig has upstream's defaults", async (t) => {
  t.same(v.parse(memoryLimiterConfig, { check_interval: "5s", limit_mib: 1536, spike_limit_mib: 512 }), {
    checkInterval: 5000,
    limitMib: 1536,
    spikeLimitMib: 512,
    limitPercentage: 0,
    spikeLimitPercentage: 0,
    minGcIntervalWhenSoftLimited: 10_000,
    minGcIntervalWhenHardLimited: 0,
    maxGcIntervalWhenSoftLimited: 30_000,
    maxGcIntervalWhenHardLimited: 30_000,
  });
});

t.test("memoryLimiterConfig says what is wrong in upstream's words, all at once", async (t) => {
  const noLimit = "'limit_mib' or 'limit_percentage' must be greater than zero";
  const over100 =
    "'limit_percentage' and 'spike_limit_percentage' must be greater than zero and less than or equal to hundred";
  const fine = { check_interval: "1s", limit_mib: 100 };
  const cases: readonly (readonly [Record<string, unknown> | null, readonly string[]])[] = [
    [null, ["'check_interval' must be greater than zero", noLimit]],
    [{ check_interval: "-1s", limit_mib: 1 }, ["'check_interval' must be greater than zero"]],
    [{ check_interval: "1s", limit_percentage: 80, spike_limit_percentage: 25 }, []],
    [{ check_interval: "1s", limit_percentage: 101 }, [over100]],
    [
      { check_interval: "1s", limit_percentage: 80, spike_limit_percentage: 80 },
      ["'spike_limit_percentage' must be smaller than 'limit_percentage'"],
    ],
    [{ ...fine, spike_limit_mib: 100 }, ["'spike_limit_mib' must be smaller than 'limit_mib'"]],
    [
      { ...fine, min_gc_interval_when_soft_limited: "1s", min_gc_interval_when_hard_limited: "2s" },
      ["'min_gc_interval_when_soft_limited' should be larger than 'min_gc_interval_when_hard_limited'"],
    ],
    [
      { ...fine, max_gc_interval_when_soft_limited: "5s", max_gc_interval_when_hard_limited: 0 },
      [
        "'max_gc_interval_when_soft_limited' must be greater than or equal to 'min_gc_interval_when_soft_limited' (or 0 to disable)",
      ],
    ],
    [
      { ...fine, min_gc_interval_when_hard_limited: "5s", max_gc_interval_when_hard_limited: "1s" },
      [
        "'max_gc_interval_when_hard_limited' must be greater than or equal to 'min_gc_interval_when_hard_limited' (or 0 to disable)",
      ],
    ],
    [
      { ...fine, max_gc_interval_when_soft_limited: "20s" },
      [
        "'max_gc_interval_when_soft_limited' should be larger than or equal to 'max_gc_interval_when_hard_limited' (when both are set)",
      ],
    ],
    [
      { ...fine, max_gc_interval_when_soft_limited: "-1s" },
      ["'max_gc_interval_when_soft_limited' must be non-negative"],
    ],
    [
      { ...fine, max_gc_interval_when_hard_limited: "-1s" },
      ["'max_gc_interval_when_hard_limited' must be non-negative"],
    ],
  ];
  for (const [written, expected] of cases) {
    const result = v.safeParse(memoryLimiterConfig, written);
    t.same(
      (result.issues ?? []).map(({ message }) => message),
      expected,
      JSON.stringify(written),
    );
  }
  t.notOk(v.safeParse(memoryLimiterConfig, { ...fine, limit_mib: -1 }).success);
  t.ok(v.safeParse(memoryLimiterConfig, { ...fine, ballast_size_mib: 1 }).success, "of files from before v0.90");
});
