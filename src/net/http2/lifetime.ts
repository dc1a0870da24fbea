export interface LifetimeLimits {
  /** 0 in any of these: no such limit. */
  readonly maxConnectionIdleMs: number;
  readonly maxConnectionAgeMs: number;
  readonly maxConnectionAgeGraceMs: number;
  /** After how long without traffic a connection is asked for a sign of life, and how long that may take. */
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
}

/** What a lifetime looks at and what it has done. */
export interface Mortal {
  /** When something was read last, and since when no stream is open (Infinity while one is). */
  readonly nowMs: number;
  readonly idleSinceMs: number;
  ping(): void;
  drain(): void;
  destroy(): void;
}

/**
 * Ends a connection that is too old, idle for too long, or whose peer is gone. One timer a connection, set to the next
 * moment at which something can be due; requests do not touch it.
 */
export class Lifetime {
  readonly #limits: LifetimeLimits;
  readonly #connection: Mortal;
  readonly #bornMs: number;
  readonly #maxAgeMs: number;
  #timer: NodeJS.Timeout | undefined;
  #pingMs = 0;
  #agedMs = 0;

  constructor(limits: LifetimeLimits, connection: Mortal) {
    this.#limits = limits;
    this.#connection = connection;
    this.#bornMs = connection.nowMs;
    // A tenth more or less, so that connections that came at once do not come again at once.
    this.#maxAgeMs = limits.maxConnectionAgeMs * (0.9 + 0.2 * Math.random());
    this.#arm(this.#bornMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #check = (): void => {
    const nowMs = performance.now();
    const { keepaliveTimeMs, keepaliveTimeoutMs, maxConnectionIdleMs, maxConnectionAgeGraceMs } = this.#limits;
    const connection = this.#connection;
    const heardMs = connection.nowMs;
    if (heardMs > this.#pingMs) this.#pingMs = 0;
    const isDead = this.#pingMs > 0 && keepaliveTimeoutMs > 0 && nowMs - this.#pingMs >= keepaliveTimeoutMs;
    const isOutOfGrace =
      this.#agedMs > 0 && maxConnectionAgeGraceMs > 0 && nowMs - this.#agedMs >= maxConnectionAgeGraceMs;
    if (isDead || isOutOfGrace) {
      connection.destroy();
      return;
    }
    if (this.#pingMs === 0 && keepaliveTimeMs > 0 && nowMs - heardMs >= keepaliveTimeMs) {
      this.#pingMs = nowMs;
      connection.ping();
    }
    if (this.#agedMs === 0 && this.#maxAgeMs > 0 && nowMs - this.#bornMs >= this.#maxAgeMs) {
      this.#agedMs = nowMs;
      connection.drain();
    }
    if (maxConnectionIdleMs > 0 && nowMs - connection.idleSinceMs >= maxConnectionIdleMs) connection.drain();
    this.#arm(nowMs);
  };

  #arm(nowMs: number): void {
    const { keepaliveTimeMs, keepaliveTimeoutMs, maxConnectionIdleMs, maxConnectionAgeGraceMs } = this.#limits;
    const { nowMs: heardMs, idleSinceMs } = this.#connection;
    let dueMs = Infinity;
    const at = (limitMs: number, sinceMs: number): void => {
      if (limitMs > 0) dueMs = Math.min(dueMs, sinceMs + limitMs);
    };
    if (this.#pingMs > 0) at(keepaliveTimeoutMs, this.#pingMs);
    at(keepaliveTimeMs, this.#pingMs > 0 ? nowMs : heardMs);
    // A connection that is in use, or was told to go, is looked at again after as long as it may be idle.
    at(maxConnectionIdleMs, nowMs - idleSinceMs < maxConnectionIdleMs ? idleSinceMs : nowMs);
    if (this.#agedMs > 0) at(maxConnectionAgeGraceMs, this.#agedMs);
    else at(this.#maxAgeMs, this.#bornMs);
    if (dueMs === Infinity) return;
    this.#timer = setTimeout(this.#check, Math.min(Math.max(dueMs - nowMs, 1), 0x7fff_ffff)).unref();
  }
}
