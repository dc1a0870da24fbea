import { itemsOf } from "./item.ts";

interface Delivery {
  times: number;
  readonly firstMs: number;
}

/** What a sink has taken, and how sure its senders can be of it. */
export class SinkLedger {
  readonly delivered = new Map<string, Delivery>();
  readonly changed: string[] = [];
  /** Items taken in requests whose answer did not arrive whole: the most that may rightly come again. */
  uncertain = 0;

  get duplicates(): number {
    let sum = 0;
    for (const { times } of this.delivered.values()) sum += times - 1;
    return sum;
  }

  /** Takes the items of a request but for the first `rejected`. Answers how many items it has. */
  take(body: Buffer, rejected = 0): number {
    const { ids, changed } = itemsOf(body);
    this.changed.push(...changed);
    const firstMs = performance.now();
    for (const id of ids.slice(rejected)) {
      const delivery = this.delivered.get(id);
      if (delivery === undefined) this.delivered.set(id, { times: 1, firstMs });
      else delivery.times++;
    }
    return ids.length;
  }
}
