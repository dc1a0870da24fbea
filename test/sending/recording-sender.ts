import * as v from "valibot";
import { section } from "../../src/component/fields.ts";
import { Batch } from "../../src/pdata/batch.ts";
import { queueFields, retryFields, timeoutField } from "../../src/sending/config.ts";
import type { SendingConfig } from "../../src/sending/assemble-exporter.ts";
import type { Dropped, Encoded, Sender, SendResult } from "../../src/sending/sender.ts";

/** Item numbers, so that a test sees which items came where and how often. */
export interface TestPayload {
  readonly items: readonly number[];
  readonly itemCount: number;
  readonly byteSize: number;
}

export function payloadOf(items: readonly number[]): TestPayload {
  return { items, itemCount: items.length, byteSize: items.length };
}

export type Answer = (
  payload: TestPayload,
  signal: AbortSignal,
) => SendResult<TestPayload> | Promise<SendResult<TestPayload>>;

export const takeAll: Answer = (payload) => ({ sent: payload.itemCount, dropped: [] });

/** Stays open until its signal aborts. */
export const hang: Answer = (_, signal) =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

/** A backend in the test's hands: `answer` says what happens to an attempt. */
export class RecordingSender implements Sender<"traces", TestPayload> {
  answer: Answer = takeAll;
  /** Items of `encode` that cannot be expressed. */
  invalid: readonly Dropped[] = [];
  /** Payloads of all attempts, in order. */
  readonly attempts: TestPayload[] = [];
  readonly events: string[] = [];
  underway = 0;
  mostUnderway = 0;

  async start(): Promise<void> {
    this.events.push("start");
  }

  encode(batch: Batch<"traces">): Encoded<TestPayload> {
    const dropped = this.invalid.reduce((sum, { count }) => sum + count, 0);
    const items = [...batch.bytes.subarray(0, batch.itemCount - dropped)];
    return { payload: items.length === 0 ? undefined : payloadOf(items), dropped: this.invalid };
  }

  async send(payload: TestPayload, signal: AbortSignal): Promise<SendResult<TestPayload>> {
    this.attempts.push(payload);
    this.mostUnderway = Math.max(this.mostUnderway, ++this.underway);
    try {
      return await this.answer(payload, signal);
    } finally {
      this.underway--;
    }
  }

  async shutdown(): Promise<void> {
    this.events.push("shutdown");
  }
}

/** A batch whose items are the numbers from `first`, one byte each. Not OTLP: nothing here looks inside. */
export function batchOf(itemCount: number, first = 0): Batch<"traces"> {
  return new Batch(
    "traces",
    Uint8Array.from({ length: itemCount }, (_, i) => first + i),
    itemCount,
  );
}

const schema = section({ timeout: timeoutField(), sending_queue: queueFields(true), retry_on_failure: retryFields() });

/** Configuration as a user writes it, decoded. */
export function sendingConfig(written: unknown = null): SendingConfig {
  return v.parse(schema, written);
}

export function issuesOf(written: unknown): string[] {
  const result = v.safeParse(schema, written);
  return result.success ? [] : result.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
}
