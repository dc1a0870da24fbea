import http from "node:http";
import { requestOf } from "./item.ts";

const workers = 4;
/** Of an open loop: what is beyond this is not offered, because it would wait here and not in the program. */
const maxConnections = 1000;

/** Offers unique items over OTLP/HTTP at a steady pace. Each id that is answered 200 is an obligation. */
export class Producer {
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: maxConnections });
  readonly #port: number;
  readonly #nonce: string;
  #serial = 0;
  #isStopped = false;
  #running: Promise<unknown> = Promise.resolve();
  /** When each obligation was accepted, ms of `performance.now()`. */
  readonly accepted = new Map<string, number>();
  /** Answered with an error: still the producer's. */
  readonly refused = new Set<string>();
  /** The connection failed: whether they were accepted is not known. */
  readonly unknown = new Set<string>();
  readonly refusals = new Map<number, number>();

  constructor(port: number, seed: number) {
    this.#port = port;
    this.#nonce = (seed >>> 0).toString(16).padStart(8, "0");
  }

  start(pauseMs = 8): void {
    const work = async (): Promise<void> => {
      while (!this.#isStopped) {
        await this.offer();
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    };
    this.#running = Promise.all(Array.from({ length: workers }, work));
  }

  /** Offers so many items a second, whatever becomes of those before. */
  async openLoop(itemsPerSecond: number, perRequest: number, until: () => boolean): Promise<void> {
    const beganMs = performance.now();
    const underway = new Set<Promise<unknown>>();
    for (let offered = 0; !until() && !this.#isStopped;) {
      const dueItems = ((performance.now() - beganMs) / 1000) * itemsPerSecond;
      for (; offered < dueItems; offered += perRequest) {
        if (underway.size >= maxConnections) continue;
        const offer = this.offer(perRequest).finally(() => underway.delete(offer));
        underway.add(offer);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await Promise.all(underway);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    this.#agent.destroy();
  }

  /** On a connection of its own; answers whether they were accepted. */
  async probe(): Promise<boolean> {
    const agent = new http.Agent();
    try {
      return await this.offer(1, agent);
    } finally {
      agent.destroy();
    }
  }

  /** Answers whether they were accepted. */
  async offer(perRequest = 20, agent = this.#agent): Promise<boolean> {
    const ids = Array.from({ length: perRequest }, () => this.#nonce + (++this.#serial).toString(16).padStart(8, "0"));
    const status = await this.#post(requestOf(ids), agent);
    const now = performance.now();
    for (const id of ids) {
      if (status === 200) this.accepted.set(id, now);
      else if (status === undefined) this.unknown.add(id);
      else this.refused.add(id);
    }
    if (status !== 200) this.refusals.set(status ?? 0, (this.refusals.get(status ?? 0) ?? 0) + 1);
    return status === 200;
  }

  #post(body: Uint8Array, agent: http.Agent): Promise<number | undefined> {
    return new Promise((resolve) => {
      const request = http.request(
        {
          port: this.#port,
          host: "127.0.0.1",
          method: "POST",
          path: "/v1/traces",
          headers: { "content-type": "application/x-protobuf" },
          agent,
        },
        (response) => {
          response.resume();
          response.on("end", () => resolve(response.statusCode));
          response.on("error", () => resolve(undefined));
        },
      );
      request.on("error", () => resolve(undefined));
      request.end(body);
    });
  }
}
