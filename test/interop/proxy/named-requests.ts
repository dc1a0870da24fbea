import { points, spans } from "../../../bench/wavefront-requests.ts";
import { makeBodies, type Shape } from "../../../bench/scenarios/bodies.ts";
import { decodeJson } from "../../../src/pdata/json/decode-json.ts";
import { loadCaptures, type Capture } from "../../captures.ts";
import { hostileMetric, hostileSpanRequest } from "../../exporters/tanzuobservability/hostile-requests.ts";
import type { EncodeOptions } from "../../exporters/tanzuobservability/encode-lines.ts";
import { RandomRequests } from "../../exporters/random-requests.ts";
import { Random } from "../../random.ts";
import { goldenCases } from "../../wavefront-proxy/golden.ts";

const rounds = 300;

export interface NamedRequest {
  readonly name: string;
  readonly signal: "traces" | "metrics";
  /** Protobuf. */
  readonly request: Uint8Array;
  readonly options: EncodeOptions;
}

const choices = ["identity", "all", "none"] as const;

/** The recorded cases, all captures, what the benches send, and seeded random and hostile requests. */
export function* namedRequests(): Iterable<NamedRequest> {
  for (const { name, signal, input, config } of goldenCases()) {
    if (signal === "logs") continue;
    const isIncluded = config["metrics.resource_attrs_included"] === true;
    const resourceTags = isIncluded ? "all" : config["metrics.app_tags_excluded"] === true ? "none" : "identity";
    yield { name, signal, request: input, options: { resourceTags } };
  }
  for (const capture of loadCaptures()) yield* captured(capture);
  yield { name: "bench spans", signal: "traces", request: spans(256).bytes, options: {} };
  yield { name: "bench careful spans", signal: "traces", request: spans(256, { "": "x" }).bytes, options: {} };
  yield { name: "bench points", signal: "metrics", request: points(1024).bytes, options: {} };
  for (const shape of ["spans", "small-spans", "sums-gauges", "histograms"] as const satisfies readonly Shape[]) {
    const bodies = makeBodies({ shape, itemsPerRequest: 64, encoding: "protobuf", gzipLevel: undefined });
    for (const { signal, bytes } of bodies.slice(0, 4))
      if (signal !== "logs") yield { name: `bench load, ${shape}`, signal, request: bytes, options: {} };
  }
  yield* seeded();
}

function* seeded(): Iterable<NamedRequest> {
  // A gate must not depend on luck: other seeds are for looking around.
  const random = new Random(Number(process.env["TEST_SEED"] ?? 5));
  const requests = new RandomRequests(random.seed);
  for (let round = 0; round < rounds; round++) {
    const options = { resourceTags: choices[round % choices.length] ?? "identity" };
    const name = `TEST_SEED=${random.seed} round ${round}`;
    yield { name, signal: "traces", request: requests.next("traces"), options };
    yield { name, signal: "metrics", request: requests.next("metrics"), options };
    yield { name, signal: "traces", request: hostileSpanRequest(random), options };
    yield { name, signal: "metrics", request: hostileMetric(random), options };
  }
}

function* captured({ name, meta, body, json }: Capture): Iterable<NamedRequest> {
  const { signal } = meta;
  if ((signal !== "traces" && signal !== "metrics") || json === undefined || meta.decodeError !== undefined) return;
  const request = meta.bodyIs === "json" ? decodeJson(signal, body).bytes : body;
  for (const resourceTags of ["identity", "all"] as const) yield { name, signal, request, options: { resourceTags } };
}
