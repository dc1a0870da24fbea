import type { ConsumeError } from "../../../component/consume-error.ts";

/** What became of one request, as far as its sender can know. */
export type Outcome =
  /** The peer took it, but for `rejected` items, which it will never take. */
  | { readonly status: "taken"; readonly rejected: number; readonly message: string }
  /** The peer takes requests, but none of this size. `error` says so, for an item that cannot be divided. */
  | { readonly status: "too_large"; readonly error: ConsumeError }
  /** `error.kind` says whether another attempt is worth it. */
  | { readonly status: "failed"; readonly error: ConsumeError };
