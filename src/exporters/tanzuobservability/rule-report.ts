import type { Clock } from "../../component/clock.ts";
import type { Logger } from "../../component/logger.ts";
import type { Counter, Meter } from "../../component/meter.ts";
import type { Signal } from "../../pdata/signal.ts";
import { GrowingInterval } from "../../sending/growing-interval.ts";
import type { RuleHits } from "./lines/rule-tally.ts";
import { rules, type Outcome, type Rule, type RuleName } from "./lines/rules.ts";

const counters: Readonly<Record<Outcome, { readonly name: string; readonly description: string }>> = {
  repaired: {
    name: "otelcol_exporter_wavefront_repaired",
    description: "Lines changed so that a Wavefront proxy takes them as meant",
  },
  dropped: {
    name: "otelcol_exporter_wavefront_dropped_lines",
    description: "Items that have no line, and parts of items",
  },
  nothing: {
    name: "otelcol_exporter_wavefront_dropped_lines",
    description: "Items that have no line, and parts of items",
  },
  doubtful: {
    name: "otelcol_exporter_wavefront_doubtful_lines",
    description: "Lines that a Wavefront proxy with default settings refuses or overlooks",
  },
};

const levels = { repaired: "warn", dropped: "error", nothing: "debug", doubtful: "warn" } as const;
const titles = {
  repaired: "Wavefront line repaired",
  dropped: "Item has no Wavefront line",
  nothing: "Nothing to send",
  doubtful: "Wavefront line is doubtful",
};

interface RuleState {
  readonly counter: Counter;
  readonly interval: GrowingInterval;
  /** Since the last log line. */
  count: number;
}

export interface RuleReportOptions {
  readonly logger: Logger;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly signal: Signal;
}

/** Tells of rules: counts each, and logs samples, at the first occasion and then at growing intervals. */
export class RuleReport {
  readonly #options: RuleReportOptions;
  readonly #states = new Map<RuleName, RuleState>();

  constructor(options: RuleReportOptions) {
    this.#options = options;
  }

  add(hits: ReadonlyMap<RuleName, RuleHits>): void {
    for (const [name, { count, example }] of hits) {
      const rule = ruleNamed(name);
      const state = this.#stateOf(rule, name);
      state.counter.add(count);
      state.count += count;
      if (!state.interval.isDue(this.#options.clock.monotonic())) continue;
      this.#log(rule, state.count, example);
      state.count = 0;
    }
  }

  #stateOf(rule: Rule, name: RuleName): RuleState {
    let state = this.#states.get(name);
    if (state === undefined) {
      const counter = this.#options.meter.counter({ ...counters[rule.outcome], labels: { rule: name } });
      state = { counter, interval: new GrowingInterval(), count: 0 };
      this.#states.set(name, state);
    }
    return state;
  }

  #log(rule: Rule, count: number, example: string): void {
    const { logger, signal } = this.#options;
    const code = signal === "traces" ? rule.spanCode : rule.pointCode;
    const fields = { rule: rule.name, count, example, ...(code !== undefined && { code }) };
    logger[levels[rule.outcome]](`${titles[rule.outcome]}: ${rule.about}`, fields);
  }
}

const byName = new Map<RuleName, Rule>(rules.map((rule) => [rule.name, rule]));

function ruleNamed(name: RuleName): Rule {
  const rule = byName.get(name);
  if (rule === undefined) throw new Error(`Cannot find rule ${name}`);
  return rule;
}
