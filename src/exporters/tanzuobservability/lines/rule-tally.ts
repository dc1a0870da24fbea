import type { RuleName } from "./rules.ts";

/** Examples are for a log line: long ones are cut. */
const maxExampleLength = 80;

export interface RuleHits {
  count: number;
  /** What the rule was applied to first, such as a key or a name. */
  readonly example: string;
}

/** What rules were applied while one batch was encoded. Holds one entry per rule at most. */
export class RuleTally {
  readonly #hits = new Map<RuleName, RuleHits>();

  /** Number of hits so far, over all batches. */
  total = 0;

  get isEmpty(): boolean {
    return this.#hits.size === 0;
  }

  hit(rule: RuleName, example: string, count = 1): void {
    this.total += count;
    const hits = this.#hits.get(rule);
    if (hits !== undefined) hits.count += count;
    else this.#hits.set(rule, { count, example: shorten(example) });
  }

  /** Hands out what was collected and starts anew. */
  take(): ReadonlyMap<RuleName, RuleHits> {
    if (this.#hits.size === 0) return none;
    const taken = new Map(this.#hits);
    this.#hits.clear();
    return taken;
  }
}

const none: ReadonlyMap<RuleName, RuleHits> = new Map();

function shorten(example: string): string {
  return example.length <= maxExampleLength ? example : `${example.slice(0, maxExampleLength)}…`;
}
