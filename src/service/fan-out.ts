import { ConsumeError } from "../component/consume-error.ts";
import type { Admission, Consumer, RequestContext } from "../component/consumer.ts";
import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";
import { combineAdmissions } from "./combine-admissions.ts";
import { combineErrors } from "./combine-errors.ts";

/** Several consumers as one; a single consumer is itself. */
export function fanOut<S extends Signal>(consumers: readonly Consumer<S>[]): Consumer<S> {
  const [only] = consumers;
  return only !== undefined && consumers.length === 1 ? only : new FanOut(consumers);
}

/**
 * Hands a batch to every branch at once and waits for all: a slow branch does not hold up another one's start, and a
 * failed one does not stop the others. The bytes are shared, because nobody writes into them.
 *
 * A stage that holds on to its batch after a failure and tries again reaches only the branches that failed; the others
 * have it and get no duplicate.
 */
class FanOut<S extends Signal> implements Consumer<S> {
  readonly #branches: readonly Consumer<S>[];
  /** Branches that took a batch which another branch did not. Goes with the batch. */
  readonly #takenBy = new WeakMap<Batch<S>, Set<Consumer<S>>>();
  #admission: Admission | undefined;

  constructor(branches: readonly Consumer<S>[]) {
    this.#branches = branches;
  }

  get admission(): Admission | undefined {
    this.#admission ??= combineAdmissions(this.#branches);
    return this.#admission;
  }

  async consume(batch: Batch<S>, context: RequestContext): Promise<void> {
    const earlier = this.#takenBy.get(batch);
    const branches = earlier === undefined ? this.#branches : this.#branches.filter((branch) => !earlier.has(branch));
    const outcomes = await Promise.allSettled(branches.map((branch) => handOver(branch, batch, context)));
    const errors: unknown[] = [];
    for (const outcome of outcomes) if (outcome.status === "rejected") errors.push(outcome.reason);
    if (errors.length === 0) {
      if (earlier !== undefined) this.#takenBy.delete(batch);
      return;
    }
    const taken = earlier ?? new Set<Consumer<S>>();
    for (const [index, branch] of branches.entries()) if (outcomes[index]?.status === "fulfilled") taken.add(branch);
    if (taken.size > 0) this.#takenBy.set(batch, taken);
    throw combineErrors(errors);
  }
}

/** A branch that throws instead of rejecting must not keep the batch from the branches after it. */
function handOver<S extends Signal>(branch: Consumer<S>, batch: Batch<S>, context: RequestContext): Promise<void> {
  try {
    return branch.consume(batch, context);
  } catch (error) {
    return Promise.reject(ConsumeError.from(error));
  }
}
