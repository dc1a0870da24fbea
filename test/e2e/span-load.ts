import http from "node:http";
import { Writer } from "../../src/wire/writer.ts";

/** Sends requests of unique spans over OTLP/HTTP and remembers which were accepted: each of those is an obligation. */
export class SpanLoad {
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  readonly #port: number;
  #serial = 0;
  #stopped = false;
  readonly accepted = new Set<string>();
  /** Answers other than 200, by status; `error` for a connection that failed. */
  readonly refusals = new Map<string, number>();
  readonly retryAfter = new Set<string>();

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends `spansPerRequest` spans at a time from `workers` loops until `stop`, or until `requests` were sent. */
  async run(options: {
    spansPerRequest: number;
    workers?: number;
    requests?: number;
    padding?: number;
  }): Promise<void> {
    let left = options.requests ?? Number.POSITIVE_INFINITY;
    const work = async (): Promise<void> => {
      while (!this.#stopped && left-- > 0) {
        const { ids, body } = this.#request(options.spansPerRequest, options.padding ?? 0);
        const status = await this.#post(body);
        if (status === "200") for (const id of ids) this.accepted.add(id);
        else {
          this.refusals.set(status, (this.refusals.get(status) ?? 0) + 1);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };
    await Promise.all(Array.from({ length: options.workers ?? 4 }, work));
  }

  stop(): void {
    this.#stopped = true;
  }

  close(): void {
    this.stop();
    this.#agent.destroy();
  }

  #request(count: number, padding: number): { ids: string[]; body: Uint8Array } {
    const ids: string[] = [];
    const writer = new Writer();
    const resource = writer.open(1);
    const scope = writer.open(2);
    for (let index = 0; index < count; index++) {
      const id = Buffer.alloc(8);
      id.writeUInt32BE(0x5eed0000, 0);
      id.writeUInt32BE(++this.#serial, 4);
      ids.push(id.toString("hex"));
      const span = writer.open(2);
      writer.writeBytes(1, Buffer.alloc(16, 7));
      writer.writeBytes(2, id);
      writer.writeString(5, `span ${"x".repeat(padding)}`);
      writer.writeTag(7, 1);
      writer.writeFixed64(0, 0x18000000);
      writer.close(span);
    }
    writer.close(scope);
    writer.close(resource);
    return { ids, body: writer.finish() };
  }

  #post(body: Uint8Array): Promise<string> {
    return new Promise((resolve) => {
      const headers = { "content-type": "application/x-protobuf" };
      const options = {
        port: this.#port,
        host: "127.0.0.1",
        method: "POST",
        path: "/v1/traces",
        headers,
        agent: this.#agent,
      };
      const request = http.request(options, (response) => {
        response.resume();
        if (response.headers["retry-after"] !== undefined) this.retryAfter.add(response.headers["retry-after"]);
        response.on("end", () => resolve(String(response.statusCode)));
        response.on("error", () => resolve("error"));
      });
      request.on("error", () => resolve("error"));
      request.end(body);
    });
  }
}
