import * as v from "valibot";
import { count, duration, field, optionalField, section } from "../../component/fields.ts";

export type MemoryLimiterConfig = v.InferOutput<typeof memoryLimiterConfig>;

const fields = section({
  check_interval: field(duration, { about: "Time between two measurements of memory", default: "0s", example: "1s" }),
  limit_mib: field(count, {
    about: "Hard limit: memory that the process may use",
    default: 0,
    unit: "MiB",
    example: "1536",
  }),
  spike_limit_mib: field(count, {
    about:
      "Growth to expect between two measurements; the soft limit is the hard limit less this; 0 is 20 % of the limit",
    default: 0,
    unit: "MiB",
  }),
  limit_percentage: field(count, {
    about: "Hard limit as a part of total memory (of the container, if that is limited); `limit_mib` wins",
    default: 0,
    unit: "%",
  }),
  spike_limit_percentage: field(count, {
    about: "As `spike_limit_mib`, as a part of total memory",
    default: 0,
    unit: "%",
  }),
  ballast_size_mib: optionalField(count, {
    about: "No effect: there is no ballast in Node.js",
    unit: "MiB",
    deprecated: "is accepted and has no effect: there is no ballast in Node.js, remove the key",
  }),
  min_gc_interval_when_soft_limited: field(duration, {
    about: "Shortest time between two forced collections above the soft limit",
    default: "10s",
  }),
  min_gc_interval_when_hard_limited: field(duration, {
    about: "Shortest time between two forced collections above the hard limit",
    default: "0s",
  }),
  max_gc_interval_when_soft_limited: field(duration, {
    about: "Longest time between two forced collections above the soft limit, when they free little; 0 is no back-off",
    default: "30s",
  }),
  max_gc_interval_when_hard_limited: field(duration, {
    about: "Longest time between two forced collections above the hard limit, when they free little; 0 is no back-off",
    default: "30s",
  }),
});

export const memoryLimiterConfig = v.pipe(
  fields,
  v.rawCheck(({ dataset, addIssue }) => {
    if (dataset.typed) for (const message of issues(dataset.value)) addIssue({ message });
  }),
);

function issues(config: v.InferOutput<typeof fields>): string[] {
  const { limitMib, spikeLimitMib, limitPercentage, spikeLimitPercentage } = config;
  const messages: string[] = [];
  if (config.checkInterval <= 0) messages.push("'check_interval' must be greater than zero");
  messages.push(...gcIssues(config));
  if (limitMib === 0 && limitPercentage === 0) {
    messages.push("'limit_mib' or 'limit_percentage' must be greater than zero");
  }
  if (limitPercentage > 100 || spikeLimitPercentage > 100) {
    messages.push(
      "'limit_percentage' and 'spike_limit_percentage' must be greater than zero and less than or equal to hundred",
    );
  }
  if (limitMib > 0 && spikeLimitMib >= limitMib) messages.push("'spike_limit_mib' must be smaller than 'limit_mib'");
  if (limitPercentage > 0 && spikeLimitPercentage >= limitPercentage) {
    messages.push("'spike_limit_percentage' must be smaller than 'limit_percentage'");
  }
  return messages;
}

function gcIssues(config: v.InferOutput<typeof fields>): string[] {
  const minSoft = config.minGcIntervalWhenSoftLimited;
  const minHard = config.minGcIntervalWhenHardLimited;
  const maxSoft = config.maxGcIntervalWhenSoftLimited;
  const maxHard = config.maxGcIntervalWhenHardLimited;
  const messages: string[] = [];
  if (minSoft < minHard) {
    messages.push("'min_gc_interval_when_soft_limited' should be larger than 'min_gc_interval_when_hard_limited'");
  }
  if (maxSoft < 0) messages.push("'max_gc_interval_when_soft_limited' must be non-negative");
  if (maxHard < 0) messages.push("'max_gc_interval_when_hard_limited' must be non-negative");
  if (maxSoft > 0 && maxSoft < minSoft) messages.push(tooSmall("soft"));
  if (maxHard > 0 && maxHard < minHard) messages.push(tooSmall("hard"));
  if (maxSoft > 0 && maxHard > 0 && maxSoft < maxHard) {
    messages.push(
      "'max_gc_interval_when_soft_limited' should be larger than or equal to 'max_gc_interval_when_hard_limited' (when both are set)",
    );
  }
  return messages;
}

function tooSmall(limit: "soft" | "hard"): string {
  const max = `'max_gc_interval_when_${limit}_limited'`;
  return `${max} must be greater than or equal to 'min_gc_interval_when_${limit}_limited' (or 0 to disable)`;
}
