import type { Client } from "./client.ts";
import { GrpcClient } from "./grpc-client.ts";
import { HttpClient } from "./http-client.ts";
import { quantilesOf, type Quantiles } from "./latencies.ts";
import { readPool, type Body } from "./pool.ts";

export interface LoadOptions {
  readonly port: number;
  readonly protocol: "grpc" | "http";
  readonly contentType: string;
  readonly isGzip: boolean;
  /** A file of `writePool`. */
  readonly pool: string;
  readonly connections: number;
  /** Connections that send one request each and then nothing. */
  readonly idleConnections: number;
  /** Requests under way per connection; HTTP opens as many connections instead. */
  readonly concurrency: number;
  /** Closed loop: so many items, as fast as answers come; a refused request is sent again after a pause. */
  readonly totalItems?: number;
  /** Open loop: requests are due at fixed times; one that finds all workers busy is shed, none is sent again. */
  readonly itemsPerSecond?: number;
  readonly seconds?: number;
}

export interface LoadReport {
  /** Items of requests that were sent at least once (closed loop) or were due (open loop). */
  readonly offered: number;
  readonly accepted: number;
  /** Items of refused attempts, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Open loop only: due, but every worker still waited for an answer. */
  readonly shed: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** From the write of the request to its answer, of accepted requests. */
  readonly fromSendMs: Quantiles | undefined;
  /** From when the request was due, so with the load's own lateness. */
  readonly fromDueMs: Quantiles | undefined;
}

const refusedPauseMs = 50;
/** Refusals that ask to try again; any other answer is a mistake of the load or of the peer. */
const retryable: readonly string[] = ["grpc 4", "grpc 8", "grpc 14", "http 429", "http 502", "http 503", "http 504"];
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** A load whose connections are open; it can run several times. */
export class Load {
  readonly #options: LoadOptions;
  readonly #workers: readonly Client[];
  readonly #idle: readonly Client[];
  readonly #bodies: readonly Body[];
  #accepted = 0;
  #refused: Record<string, number> = {};
  #fromSend: number[] = [];
  #fromDue: number[] = [];
  #next = 0;

  private constructor(options: LoadOptions, workers: readonly Client[], idle: readonly Client[]) {
    this.#options = options;
    this.#workers = workers;
    this.#idle = idle;
    const bodies = readPool(options.pool);
    this.#bodies = options.protocol === "http" ? bodies : bodies.map((body) => withPrefix(body, options.isGzip));
  }

  static async open(options: LoadOptions): Promise<Load> {
    const { port, protocol, contentType, isGzip, connections, concurrency, idleConnections } = options;
    const connect = (): Promise<Client> =>
      protocol === "grpc" ? GrpcClient.connect(port, isGzip) : HttpClient.connect(port, contentType, isGzip);
    const workers: Client[] = [];
    for (let index = 0; index < connections; index++) {
      const first = await connect();
      for (let place = 0; place < concurrency; place++)
        workers.push(protocol === "grpc" || place === 0 ? first : await connect());
    }
    const idle: Client[] = [];
    for (let index = 0; index < idleConnections; index++) idle.push(await connect());
    return new Load(options, workers, idle);
  }

  close(): void {
    for (const client of [...this.#workers, ...this.#idle]) client.close();
  }

  async run(): Promise<LoadReport> {
    this.#accepted = 0;
    this.#refused = {};
    this.#fromSend = [];
    this.#fromDue = [];
    const began = performance.now();
    const cpu = process.cpuUsage();
    const { totalItems } = this.#options;
    const idleItems = await this.#useIdle();
    const { offered, shed } =
      totalItems === undefined ? await this.#openLoop() : { offered: await this.#closedLoop(totalItems), shed: 0 };
    const { user, system } = process.cpuUsage(cpu);
    return {
      offered: offered + idleItems,
      accepted: this.#accepted,
      refused: this.#refused,
      shed,
      seconds: (performance.now() - began) / 1000,
      cpuSeconds: (user + system) / 1e6,
      fromSendMs: quantilesOf(this.#fromSend),
      fromDueMs: quantilesOf(this.#fromDue),
    };
  }

  /** The next request; each pool goes round. */
  #take(): Body {
    const body = this.#bodies[this.#next++ % this.#bodies.length];
    if (body === undefined) throw new Error("Cannot load: the pool is empty");
    return body;
  }

  async #useIdle(): Promise<number> {
    let items = 0;
    for (const client of this.#idle) {
      const body = this.#take();
      items += body.itemCount;
      await this.#send(client, body, undefined);
    }
    return items;
  }

  async #closedLoop(totalItems: number): Promise<number> {
    let offered = 0;
    const work = async (client: Client): Promise<void> => {
      while (offered < totalItems) {
        const body = this.#take();
        offered += body.itemCount;
        while (!(await this.#send(client, body, undefined))) await pause(refusedPauseMs);
      }
    };
    await Promise.all(this.#workers.map(work));
    return offered;
  }

  async #openLoop(): Promise<{ offered: number; shed: number }> {
    const { itemsPerSecond = 1, seconds = 1 } = this.#options;
    const free = [...this.#workers];
    const underWay = new Set<Promise<void>>();
    let [offered, shed, due] = [0, 0, performance.now()];
    const end = due + seconds * 1000;
    while (due < end) {
      await untilDue(due);
      const body = this.#take();
      offered += body.itemCount;
      const client = free.pop();
      if (client === undefined) shed += body.itemCount;
      else {
        const sent: Promise<void> = this.#send(client, body, due).then(() => {
          free.push(client);
          underWay.delete(sent);
        });
        underWay.add(sent);
      }
      due += (body.itemCount / itemsPerSecond) * 1000;
    }
    await Promise.all(underWay);
    return { offered, shed };
  }

  async #send(client: Client, body: Body, due: number | undefined): Promise<boolean> {
    const began = performance.now();
    const code = await client.send(body);
    if (code !== "ok") {
      this.#refused[code] = (this.#refused[code] ?? 0) + body.itemCount;
      if (!retryable.includes(code)) throw new Error(`Cannot go on with the load: the answer to a request is ${code}`);
      return false;
    }
    const now = performance.now();
    this.#accepted += body.itemCount;
    this.#fromSend.push(now - began);
    if (due !== undefined) this.#fromDue.push(now - due);
    return true;
  }
}

/** A timer is up to a millisecond late; the rest is waited for in turns of the event loop, of which answers need one. */
async function untilDue(due: number): Promise<void> {
  const wait = due - performance.now();
  if (wait > 1.5) await pause(wait - 1.2);
  do await new Promise((resolve) => setImmediate(resolve));
  while (performance.now() < due);
}

function withPrefix(body: Body, isGzip: boolean): Body {
  const bytes = Buffer.allocUnsafe(body.bytes.length + 5);
  bytes.writeUInt8(isGzip ? 1 : 0);
  bytes.writeUInt32BE(body.bytes.length, 1);
  body.bytes.copy(bytes, 5);
  return { ...body, bytes };
}
