import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { gunzipSync } from "node:zlib";

/** How the sink treats the next requests: takes them, at once or 20 ms later, refuses them as a busy proxy does, or never answers. */
export type SinkMood = "take" | "slow" | "refuse" | "hang";

/** A place that Wavefront lines are sent to, which remembers the span ids that it has taken. */
export class TraceSink {
  readonly #server: Server;
  mood: SinkMood = "take";
  /** Span ids (16 hex digits) of lines that were answered 202, with how often each came. */
  readonly spanIds = new Map<string, number>();
  requests = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        this.requests++;
        if (this.mood === "hang") return;
        if (this.mood === "refuse") return void response.writeHead(503).end();
        const raw = Buffer.concat(chunks);
        const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw).toString();
        if (request.url?.includes("f=trace") === true) {
          for (const [, id = ""] of text.matchAll(/ spanId=00000000-0000-0000-([0-9a-f]{4}-[0-9a-f]{12}) /g)) {
            const key = id.replace("-", "");
            this.spanIds.set(key, (this.spanIds.get(key) ?? 0) + 1);
          }
        }
        const answer = (): void => void response.writeHead(202).end();
        if (this.mood === "slow") setTimeout(answer, 20);
        else answer();
      });
    });
  }

  static async start(port = 0): Promise<TraceSink> {
    const sink = new TraceSink();
    sink.#server.listen(port, "127.0.0.1");
    await once(sink.#server, "listening");
    return sink;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("Cannot tell the sink's port: it is closed");
    return address.port;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    if (this.#server.listening) await once(this.#server, "close");
  }
}
