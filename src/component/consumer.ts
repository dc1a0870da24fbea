import type { Batch } from "../pdata/batch.ts";
import type { Signal } from "../pdata/signal.ts";
import type { ConsumeError } from "./consume-error.ts";

/** What is known of the request that brought a batch. Travels with it until a stage merges requests. */
export interface RequestContext {
  /** Address of the sender, such as `127.0.0.1:51234`; empty when there is none. */
  readonly peer: string;
  /** Request metadata (header names in lower case), only where `include_metadata` is on. */
  readonly metadata: ReadonlyMap<string, readonly string[]>;
  /** How it came, for the label of the receiver's counts; absent where no request brought it. */
  readonly transport?: "grpc" | "http";
}

export const emptyContext: RequestContext = Object.freeze({ peer: "", metadata: new Map<string, readonly string[]>() });

/**
 * The only coupling between stages.
 *
 * `consume` resolves when this stage has taken responsibility for the batch, and rejects with a `ConsumeError` when it
 * has not; calls may overlap. The batch is immutable, so the caller may hand the same one to others, but forgets it
 * once `consume` has resolved.
 */
export interface Consumer<S extends Signal = Signal> {
  consume(batch: Batch<S>, context: RequestContext): Promise<void>;
  /**
   * Asked by a receiver before it reads a body, so that a refusal costs neither memory nor decoding. `byteCount` is what
   * the body is known or assumed to take. `undefined` admits it: the receiver then calls `release` with the same number
   * exactly once, after `consume` has settled or the request has failed. Stages without an opinion leave this out.
   */
  readonly admission?: Admission | undefined;
  /**
   * When `consume` has resolved, the batch survives the end of the process. A stage in front that resolves earlier would
   * spoil this, so one that collects batches waits. Stages that pass on tell what stands behind them.
   */
  readonly acknowledgesDurably?: boolean | undefined;
  /**
   * Asked by a fan-out about a batch that `consume` has just refused and that a neighbour has: takes it beyond the room
   * that there is, if it can, so that the neighbour need not wait. Stages without a queue leave this out. Rejects never.
   */
  overdraw?(batch: Batch<S>, context: RequestContext): Promise<Overdrawn>;
}

/**
 * - `taken`: as if `consume` had resolved;
 * - `slow`: not taken, but something moves, so the caller may as well wait;
 * - `stalled`: not taken, and nothing has moved since it became full.
 */
export type Overdrawn = "taken" | "slow" | "stalled";

export interface Admission {
  /** Reserves room for a body; answers the refusal to send if there is none. */
  reserve(byteCount: number): ConsumeError | undefined;
  release(byteCount: number): void;
}
