import { ConsumeError } from "../component/consume-error.ts";
import type { Admission, Consumer, RequestContext } from "../component/consumer.ts";
import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";
import { combineAdmissions } from "./combine-admissions.ts";
import { combineErrors } from "./combine-errors.ts";

/** A consumer among others. */
export interface Branch<S extends Signal> extends Consumer<S> {
  /** Takes a batch that it has just refused, because its neighbours have it and must not wait. `false`: it cannot. */
  keep?(batch: Batch<S>, context: RequestContext): Promise<boolean>;
  /** It has taken nothing for so long that its neighbours must not wait for it any more. Absent: they always wait. */
  readonly isStuck?: boolean;
  /** Counts a batch as lost on this branch. */
  giveUp?(batch: Batch<S>, error: ConsumeError): void;
  /** The same for a branch and its successor after a reload. Absent: the branch itself. */
  readonly identity?: object;
}

/**
 * Several consumers as one; a single consumer is itself. `before` is what stood here until a reload: who of it has taken a
 * batch that is offered again is not forgotten.
 */
export function fanOut<S extends Signal>(branches: readonly Branch<S>[], before?: Consumer<S>): Consumer<S> {
  const [only] = branches;
  if (before instanceof FanOut) return new FanOut<S>(branches, before as FanOut<S>);
  return only !== undefined && branches.length === 1 ? only : new FanOut(branches);
}

/**
 * Hands a batch to every branch at once and waits for all: a slow branch does not hold up another one's start, and a
 * failed one does not stop the others. The bytes are shared, because nobody writes into them.
 *
 * A stage that holds on to its batch after a failure and tries again reaches only the branches that are open; the others
 * have it, or will never take it, and get no duplicate. What one branch refuses and another one has is kept by the first
 * beyond its room, so that the second need not wait; one that is stuck loses it. With no neighbour that takes it, nothing
 * is lost; the caller keeps it.
 */
class FanOut<S extends Signal> implements Consumer<S> {
  readonly #branches: readonly Branch<S>[];
  /** Of batches that some branches still have to take. Goes with the batch. */
  readonly #standings: WeakMap<Batch<S>, Standing<S>>;
  #admission: Admission | undefined;

  constructor(branches: readonly Branch<S>[], before?: FanOut<S>) {
    this.#branches = branches;
    this.#standings = before === undefined ? new WeakMap<Batch<S>, Standing<S>>() : before.#standings;
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
    const standing = this.#standingOf(batch);
    const failures = await offerTo(standing.open, batch, context);
    if (failures.length === 0) return void this.#standings.delete(batch);
    const isTaken = standing.isTaken || failures.length < standing.open.length;
    const pushingBack = await this.#unkept(failures.filter(isTemporary), isTaken, batch, context);
    const permanent = failures.filter((failure) => !isTemporary(failure));
    if (pushingBack.length === 0) {
      this.#standings.delete(batch);
      if (permanent.length > 0) throw combineErrors(permanent.map(({ error }) => error));
      return;
    }
    // What one of them will never take must not be lost for the others: they go on, and it is counted there.
    for (const { branch, error } of permanent) branch.giveUp?.(batch, error);
    this.#standings.set(batch, { open: pushingBack.map(({ branch }) => branch), isTaken });
    throw combineErrors(pushingBack.map(({ error }) => error));
  }

  #standingOf(batch: Batch<S>): Standing<S> {
    const known = this.#standings.get(batch);
    if (known === undefined) return { open: this.#branches, isTaken: false };
    // The same branches, or after a reload their successors.
    const identities = new Set(known.open.map(identityOf));
    const open = this.#branches.filter((branch) => identities.has(identityOf(branch)));
    return open.length === 0 && !known.isTaken ? { open: this.#branches, isTaken: false } : { ...known, open };
  }

  /** Of branches that push back, those for which the caller has to wait. */
  async #unkept(
    failures: readonly Failure<S>[],
    isTaken: boolean,
    batch: Batch<S>,
    context: RequestContext,
  ): Promise<readonly Failure<S>[]> {
    if (!isTaken || failures.length === 0) return failures;
    const areKept = await Promise.all(failures.map(({ branch }) => branch.keep?.(batch, context) ?? false));
    const unkept = failures.filter((_, index) => areKept[index] !== true);
    if (!unkept.every(({ branch }) => branch.isStuck === true)) return unkept;
    for (const { branch, error } of unkept) branch.giveUp?.(batch, error);
    return [];
  }
}

/** Where a batch stands that not all branches have taken at once. */
interface Standing<S extends Signal> {
  /** Branches that it is still offered to. */
  readonly open: readonly Branch<S>[];
  /** A branch has it. */
  readonly isTaken: boolean;
}

function identityOf<S extends Signal>(branch: Branch<S>): object {
  return branch.identity ?? branch;
}

interface Failure<S extends Signal> {
  readonly branch: Branch<S>;
  readonly error: ConsumeError;
}

function isTemporary<S extends Signal>({ error }: Failure<S>): boolean {
  return error.kind !== "permanent";
}

async function offerTo<S extends Signal>(
  branches: readonly Branch<S>[],
  batch: Batch<S>,
  context: RequestContext,
): Promise<readonly Failure<S>[]> {
  const outcomes = await Promise.allSettled(branches.map((branch) => handOver(branch, batch, context)));
  const failures: Failure<S>[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const branch = branches[index];
    if (outcome.status === "rejected" && branch !== undefined) {
      failures.push({ branch, error: ConsumeError.from(outcome.reason) });
    }
  }
  return failures;
}

/** A branch that throws instead of rejecting must not keep the batch from the branches after it. */
function handOver<S extends Signal>(branch: Consumer<S>, batch: Batch<S>, context: RequestContext): Promise<void> {
  try {
    return branch.consume(batch, context);
  } catch (error) {
    return Promise.reject(ConsumeError.from(error));
  }
}
