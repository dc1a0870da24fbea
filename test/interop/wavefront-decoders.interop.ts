import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import t from "tap";
import { decodeJson } from "../../src/pdata/json/decode-json.ts";
import { loadCaptures, type Capture } from "../captures.ts";
import { linesOf, type EncodeOptions } from "../exporters/tanzuobservability/encode-lines.ts";
import { hostileMetric, hostileSpanRequest } from "../exporters/tanzuobservability/hostile-requests.ts";
import { RandomRequests } from "../exporters/random-requests.ts";
import { Random } from "../random.ts";
import { canonical } from "../wavefront-proxy/canonical.ts";
import { goldenCases } from "../wavefront-proxy/golden.ts";
import { lineFormats, readLines, type LineFormat } from "../wavefront-proxy/read-lines.ts";
import type { Decoded } from "../wavefront-proxy/verdict.ts";

// The decoders and the validation of the Wavefront proxy itself, in Java. `WFCHECK` names the command where it is elsewhere.
const command = process.env["WFCHECK"] ?? path.join(import.meta.dirname, "../../../shared/tools/wfcheck/wfcheck");
const hasDecoders = existsSync(command) && spawnSync("java", ["-version"]).status === 0;

interface JavaVerdict {
  readonly line: string;
  readonly verdict: string;
  readonly reason?: string;
  readonly truncated?: unknown;
  readonly forward_problem?: string;
  readonly decoded?: Decoded;
}

/** One process for all bodies: a line with format and file goes in, a line of JSON comes out. */
class Decoders {
  readonly #process: ChildProcess;
  readonly #folder = mkdtempSync(path.join(tmpdir(), "wavefront-lines-"));
  readonly #output: AsyncIterator<string>;
  #rest = "";

  constructor() {
    this.#process = spawn(command, ["--server"], { stdio: ["pipe", "pipe", "inherit"] });
    if (this.#process.stdout === null) throw new Error("Cannot read from the decoders");
    this.#process.stdout.setEncoding("utf8");
    this.#output = this.#process.stdout[Symbol.asyncIterator]();
  }

  async read(format: LineFormat, body: string): Promise<readonly JavaVerdict[]> {
    const file = path.join(this.#folder, "body.txt");
    writeFileSync(file, body);
    this.#process.stdin?.write(`${format} ${file}\n`);
    return JSON.parse(await this.#line()) as JavaVerdict[];
  }

  /** Not by `readline`, which also ends lines at U+2028. */
  async #line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf("\n");
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        return line;
      }
      const next = await this.#output.next();
      if (next.done === true) throw new Error("Cannot read from the decoders: they have ended");
      this.#rest += next.value;
    }
  }

  async close(): Promise<void> {
    this.#process.stdin?.end();
    await once(this.#process, "exit");
    rmSync(this.#folder, { recursive: true });
  }
}

t.test("the proxy's own decoders take every line, with the fields that our reader sees", async (t) => {
  if (!hasDecoders) {
    t.comment(`skipped: needs Java 17 and the decoders of the proxy, looked for at ${command}`);
    return;
  }
  const decoders = new Decoders();
  t.teardown(() => decoders.close());
  let lineCount = 0;
  for (const { name, signal, request, options } of requests()) {
    const lines = linesOf(signal, request, options);
    for (const format of lineFormats) {
      const body = lines.body(format);
      if (body === "") continue;
      const verdicts = await decoders.read(format, body);
      lineCount += verdicts.length;
      const ours = readLines(format, body).map(({ decoded }) => decoded);
      for (const [index, verdict] of verdicts.entries()) {
        const { line, verdict: decision, reason, truncated, forward_problem: problem } = verdict;
        if (decision !== "accepted" || truncated !== undefined || isRealProblem(problem, verdict.decoded)) {
          t.fail(`${name} ${format}: ${decision} ${reason ?? problem ?? ""} ${JSON.stringify(line).slice(0, 600)}`);
        } else if (comparable(verdict.decoded, false) !== comparable(ours[index], isTimeless(verdict.decoded))) {
          t.fail(`${name} ${format}: read otherwise`, { java: verdict.decoded, ours: ours[index] });
        }
      }
    }
  }
  t.ok(lineCount > 5000, `${lineCount} lines`);
});

/** The command takes a time of today for none at all. */
function isTimeless(decoded: Decoded | undefined): boolean {
  return decoded !== undefined && "timestamp_millis" in decoded && decoded.timestamp_millis === null;
}

function comparable(decoded: Decoded | undefined, isTimeless: boolean): string {
  return JSON.stringify(canonical(isTimeless ? { ...decoded, timestamp_millis: null } : decoded));
}

/** A start in seconds comes back in milliseconds, which the proxy then takes for seconds again; nothing helps that. */
function isRealProblem(problem: string | undefined, decoded: Decoded | undefined): boolean {
  return problem !== undefined && !(decoded !== undefined && "start_millis" in decoded && decoded.start_millis < 1e12);
}

interface NamedRequest {
  readonly name: string;
  readonly signal: "traces" | "metrics";
  readonly request: Uint8Array;
  readonly options?: EncodeOptions;
}

function* requests(): Iterable<NamedRequest> {
  for (const { name, signal, input, config } of goldenCases()) {
    if (signal === "logs") continue;
    const isIncluded = config["metrics.resource_attrs_included"] === true;
    const resourceTags = isIncluded ? "all" : config["metrics.app_tags_excluded"] === true ? "none" : "identity";
    yield { name, signal, request: input, options: { resourceTags } };
  }
  for (const capture of loadCaptures()) yield* captured(capture);
  const random = new Random();
  const seeded = new RandomRequests(random.seed);
  for (let round = 0; round < 150; round++) {
    const options = { resourceTags: (["identity", "all", "none"] as const)[round % 3] ?? "identity" };
    const name = `seed ${random.seed} round ${round}`;
    yield { name, signal: "traces", request: seeded.next("traces") };
    yield { name, signal: "metrics", request: seeded.next("metrics"), options };
    yield { name, signal: "traces", request: hostileSpanRequest(random) };
    yield { name, signal: "metrics", request: hostileMetric(random), options };
  }
}

function* captured({ name, meta, body, json }: Capture): Iterable<NamedRequest> {
  const { signal } = meta;
  if ((signal !== "traces" && signal !== "metrics") || json === undefined || meta.decodeError !== undefined) return;
  const request = meta.bodyIs === "json" ? decodeJson(signal, body).bytes : body;
  for (const resourceTags of ["identity", "all"] as const) yield { name, signal, request, options: { resourceTags } };
}
