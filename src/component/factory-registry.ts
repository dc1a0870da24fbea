import type { Factory } from "./factory.ts";

/** One component that is built in. Its code is loaded when a configuration names it. */
export interface FactoryEntry<F extends Factory = Factory> {
  readonly kind: F["kind"];
  readonly type: string;
  /** Further types that select it. What the factory's own `aliases` say of one is printed as a notice. */
  readonly aliases?: readonly string[];
  load(): Promise<F>;
}

type EntryOf<F> = F extends Factory ? FactoryEntry<F> : never;

/** Everything that a configuration may name. */
export type FactoryRegistry = readonly EntryOf<Factory>[];
