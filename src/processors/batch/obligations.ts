import type { ConsumeError } from "../../component/consume-error.ts";
import { Ring } from "../../sending/ring.ts";

interface Obligation {
  readonly itemCount: number;
  /** Items that came up to and with this input, since the start. */
  readonly end: number;
  readonly answer: PromiseWithResolvers<void>;
}

/**
 * Senders that are answered when the next stage has their items. Inputs leave in the order in which they came, but are cut
 * and joined on the way, so items are counted:
 *
 *     inputs     │  a  │   b   │ c │  d  │
 *     batches    │    1    │    2    │          1 taken: a is answered; 2 failed: b, c and d are refused
 */
export class Obligations {
  readonly #open = new Ring<Obligation>();
  readonly #onKept: (itemCount: number) => void;
  #came = 0;
  #left = 0;

  /** `onKept` is told of the items of each sender, just before it is answered. */
  constructor(onKept: (itemCount: number) => void) {
    this.#onKept = onKept;
  }

  /** Resolves when all items of the input are with the next stage; rejects when one of them will not be. */
  add(itemCount: number): Promise<void> {
    this.#came += itemCount;
    const answer = Promise.withResolvers<void>();
    this.#open.push({ itemCount, end: this.#came, answer });
    return answer.promise;
  }

  /** The next stage has the oldest `itemCount` items. */
  taken(itemCount: number): void {
    this.#left += itemCount;
    for (let first = this.#open.peek(); first !== undefined && first.end <= this.#left; first = this.#open.peek()) {
      this.#open.shift();
      this.#onKept(first.itemCount);
      first.answer.resolve();
    }
  }

  /** The oldest `itemCount` items are given up: every input that has one of them is refused as a whole. */
  failed(itemCount: number, error: ConsumeError): void {
    this.#left += itemCount;
    for (let first = this.#open.peek(); first !== undefined; first = this.#open.peek()) {
      if (first.end - first.itemCount >= this.#left) return;
      this.#open.shift();
      first.answer.reject(error);
    }
  }

  refuseAll(error: ConsumeError): void {
    for (let first = this.#open.shift(); first !== undefined; first = this.#open.shift()) first.answer.reject(error);
  }
}
