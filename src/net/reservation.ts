import type { ConsumeError } from "../component/consume-error.ts";
import type { Admission } from "../component/consumer.ts";

/**
 * Room that one request takes of an `Admission`, from before its body is read until the last holder has let go. Grows and
 * shrinks with what is known of the body; `release` gives everything back and may be called again.
 */
export class Reservation {
  readonly #admission: Admission;
  #byteCount = -1;

  constructor(admission: Admission) {
    this.#admission = admission;
  }

  /** Makes the reservation `byteCount` large; the answer is the refusal, and then nothing is reserved any more. */
  resize(byteCount: number): ConsumeError | undefined {
    this.release();
    const refusal = this.#admission.reserve(byteCount);
    if (refusal === undefined) this.#byteCount = byteCount;
    return refusal;
  }

  release(): void {
    if (this.#byteCount < 0) return;
    this.#admission.release(this.#byteCount);
    this.#byteCount = -1;
  }
}
