import type { Clock, Timer } from "../component/clock.ts";
import type { LogFields, Logger } from "../component/logger.ts";
import type { Counter, Meter } from "../component/meter.ts";
import type { SenderObserver } from "../component/senders.ts";
import { formatDuration } from "../duration/format-duration.ts";
import { peerHost } from "./peer-address.ts";
import type { RejectionReason } from "./request-error.ts";

export interface Rejection {
  readonly reason: RejectionReason;
  readonly peer: string;
  /** In the words of a user: `gRPC`, `HTTP/1.1`. */
  readonly protocol: string;
  /** Empty where the connection did not come that far. */
  readonly path: string;
  /** What is wrong, as the sender was told. */
  readonly error: string;
  /** What to change so that it does not happen again. */
  readonly remedy: string;
}

export interface RejectionsSettings {
  readonly logger: Logger;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly senders?: SenderObserver;
}

interface Entry {
  readonly key: string;
  last: Rejection;
  /** Rejections since the last line. */
  silent: number;
  waitMs: number;
  timer: Timer;
}

const firstWaitMs = 60_000;
const longestWaitMs = 3_600_000;
/** Pairs of reason and peer that are told apart; the rest shares one entry a reason. */
export const maxRejectionEntries = 256;

/**
 * Counts rejected requests and writes a line about each kind: the first of a reason and peer host at once, those that
 * follow as one line with their number after 1 min, 2 min, 4 min and so on up to 1 h. A kind that stays away for such a
 * time is forgotten, so the next one counts as a first again.
 */
export class Rejections {
  readonly #logger: Logger;
  readonly #meter: Meter;
  readonly #clock: Clock;
  readonly #senders: SenderObserver | undefined;
  readonly #counters = new Map<RejectionReason, Counter>();
  readonly #entries = new Map<string, Entry>();

  constructor(settings: RejectionsSettings) {
    this.#senders = settings.senders;
    this.#logger = settings.logger;
    this.#meter = settings.meter;
    this.#clock = settings.clock;
  }

  add(rejection: Rejection): void {
    this.#counter(rejection.reason).add(1);
    this.#senders?.rejected(rejection);
    const key = this.#keyOf(rejection);
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      entry.silent++;
      entry.last = rejection;
      return;
    }
    this.#logger.warn("Request rejected", fieldsOf(rejection));
    const fresh: Entry = { key, last: rejection, silent: 0, waitMs: firstWaitMs, timer: this.#wait(key, firstWaitMs) };
    this.#entries.set(key, fresh);
  }

  /** Writes what has not been said yet, and stops all timers. */
  close(): void {
    for (const entry of this.#entries.values()) {
      entry.timer.cancel();
      this.#sayAgain(entry);
    }
    this.#entries.clear();
  }

  #keyOf({ reason, peer }: Rejection): string {
    const key = `${reason} ${peerHost(peer)}`;
    return this.#entries.size < maxRejectionEntries || this.#entries.has(key) ? key : reason;
  }

  #wait(key: string, waitMs: number): Timer {
    return this.#clock.setTimer(() => {
      const entry = this.#entries.get(key);
      if (entry === undefined) return;
      if (entry.silent === 0) {
        this.#entries.delete(key);
        return;
      }
      this.#sayAgain(entry);
      entry.waitMs = Math.min(entry.waitMs * 2, longestWaitMs);
      entry.timer = this.#wait(key, entry.waitMs);
    }, waitMs);
  }

  #sayAgain(entry: Entry): void {
    if (entry.silent === 0) return;
    this.#logger.warn("Requests rejected", {
      count: entry.silent,
      within: formatDuration(entry.waitMs),
      ...fieldsOf(entry.last),
    });
    entry.silent = 0;
  }

  #counter(reason: RejectionReason): Counter {
    let counter = this.#counters.get(reason);
    if (counter === undefined) {
      counter = this.#meter.counter({
        name: "otelcol_receiver_rejected_requests",
        description: "Number of requests that were answered with an error, by reason.",
        labels: { reason },
      });
      this.#counters.set(reason, counter);
    }
    return counter;
  }
}

function fieldsOf(rejection: Rejection): LogFields {
  const { reason, peer, protocol, path, error, remedy } = rejection;
  return { peer, protocol, ...(path !== "" && { path: clipped(path) }), reason, error: clipped(error), remedy };
}

/** Paths and messages hold what a sender wrote. */
function clipped(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 500)}...`;
}
