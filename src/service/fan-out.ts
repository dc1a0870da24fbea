import { ConsumeError } from "../component/consume-error.ts";
import type { Admission, Consumer, RequestContext } from "../component/consumer.ts";
import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";
import { combineAdmissions } from "./combine-admissions.ts";
import { combineErrors } from "./combine-errors.ts";

/** A consumer among others. */
export interface Branch<S extends Signal> extends Consumer<S> {
  /** It has taken nothing for so long that its neighbours must not wait for it any more. Absent: they always wait. */
  readonly isStuck?: boolean;
  /** Counts a batch, which the neighbours have, as lost on this branch. */
  giveUp?(batch: Batch<S>, error: ConsumeError): void;
}

/** Several consumers as one; a single consumer is itself. */
export function fanOut<S extends Signal>(branches: readonly Branch<S>[]): Consumer<S> {
  const [only] = branches;
  return only !== undefined && branches.length === 1 ? only : new FanOut(branches);
}

/**
 * Hands a batch to every branch at once and waits for all: a slow branch does not hold up another one's start, and a
 * failed one does not stop the others. The bytes are shared, because nobody writes into them.
 *
 * A stage that holds on to its batch after a failure and tries again reaches only the branches that failed; the others
 * have it and get no duplicate. A branch that is stuck loses a batch that another branch has: it must not stop the data
 * of its neighbours. With no neighbour that takes it, nothing is lost; the caller keeps it.
 */
class FanOut<S extends Signal> implements Consumer<S> {
  readonly #branches: readonly Branch<S>[];
  /** Branches that took a batch which another branch did not. Goes with the batch. */
  readonly #takenBy = new WeakMap<Batch<S>, Set<Branch<S>>>();
  #admission: Admission | undefined;

  constructor(branches: readonly Branch<S>[]) {
    this.#branches = branches;
  }

  get admission(): Admission | undefined {
    this.#admission ??= combineAdmissions(this.#branches);
    return this.#admission;
  }

  /** `consume` waits for all branches, so one that is durable is enough. */
  get acknowledgesDurably(): boolean {
    return this.#branches.some((branch) => branch.acknowledgesDurably === true);
  }

  async consume(batch: Batch<S>, context: RequestContext): Promise<void> {
    const earlier = this.#takenBy.get(batch);
    const branches = earlier === undefined ? this.#branches : this.#branches.filter((branch) => !earlier.has(branch));
    const outcomes = await Promise.allSettled(branches.map((branch) => handOver(branch, batch, context)));
    const failures: Failure<S>[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const branch = branches[index];
      if (outcome.status === "rejected" && branch !== undefined) {
        failures.push({ branch, error: ConsumeError.from(outcome.reason) });
      }
    }
    const isTakenByAny = failures.length < this.#branches.length;
    if (failures.length === 0 || (isTakenByAny && failures.every(isHopeless))) {
      for (const { branch, error } of failures) branch.giveUp?.(batch, error);
      if (earlier !== undefined) this.#takenBy.delete(batch);
      return;
    }
    if (isTakenByAny) {
      const failed = failures.map(({ branch }) => branch);
      this.#takenBy.set(batch, new Set(this.#branches.filter((branch) => !failed.includes(branch))));
    }
    throw combineErrors(failures.map(({ error }) => error));
  }
}

interface Failure<S extends Signal> {
  readonly branch: Branch<S>;
  readonly error: ConsumeError;
}

function isHopeless<S extends Signal>({ branch, error }: Failure<S>): boolean {
  return branch.isStuck === true && error.kind !== "permanent";
}

/** A branch that throws instead of rejecting must not keep the batch from the branches after it. */
function handOver<S extends Signal>(branch: Consumer<S>, batch: Batch<S>, context: RequestContext): Promise<void> {
  try {
    return branch.consume(batch, context);
  } catch (error) {
    return Promise.reject(ConsumeError.from(error));
  }
}
