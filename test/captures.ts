import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import type { Signal } from "../src/pdata/signal.ts";

/** What the recorder noted beside a request; more keys are in the files. */
export interface CaptureMeta {
  readonly transport: "grpc" | "http";
  readonly signal: Signal | "other";
  readonly path: string;
  readonly httpVersion: string;
  /** Names in lower case. Headers that belong to the connection (`connection`, `content-length`) are among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyIs?: "protobuf" | "json";
  /** Missing where the body could not be decoded. */
  readonly counts?: Readonly<Record<string, number>>;
  readonly decodeError?: string;
  /** What the recorder answered: `ok` or `http 404`. */
  readonly answer: string;
  /** The recorder's port that it came to: gRPC is also found on `http`. */
  readonly connection: { readonly listener: "grpc" | "http" | "http-legacy" };
  readonly client: string;
}

/** One request of a real client. */
export interface Capture {
  /** `airflow-3.3.2/0052-grpc-traces`. */
  readonly name: string;
  readonly meta: CaptureMeta;
  /** The body as it was sent: compressed, and for gRPC with the five bytes before the message. */
  readonly raw: Buffer;
  /** The message itself: protobuf, or JSON where `meta.bodyIs` says so. */
  readonly body: Buffer;
  /** The message decoded by another implementation; undefined if it is none. */
  readonly json: unknown;
}

const root = path.join(import.meta.dirname, "..");
const all = path.join(root, "../shared/captures");
const few = path.join(root, "test/fixtures/captures");

/** Whether the whole collection lies beside the checkout; if not, a choice of it stands in the fixtures. */
export const hasAllCaptures = existsSync(all);

/** Every recorded request there is, ordered by name. */
export function loadCaptures(): readonly Capture[] {
  const folder = hasAllCaptures ? all : few;
  const suffix = ".meta.json";
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(suffix))
    .toSorted()
    .map((file) => loadCapture(folder, file.slice(0, -suffix.length)));
}

/** What a test says when it has only the fixtures. */
export const captureComment = hasAllCaptures
  ? "all recorded requests"
  : "only the requests in test/fixtures/captures: ../shared/captures is absent";

/** How many items a capture holds, as another implementation counted them; undefined if it is not OTLP. */
export function itemCountOf(capture: Capture): number | undefined {
  const { counts } = capture.meta;
  return counts?.["spans"] ?? counts?.["points"] ?? counts?.["records"];
}

function loadCapture(folder: string, name: string): Capture {
  const file = path.join(folder, name);
  // The recorder writes this shape.
  const meta = JSON.parse(readFileSync(`${file}.meta.json`, "utf8")) as CaptureMeta;
  const raw = readFileSync(`${file}.bin`);
  const json: unknown = existsSync(`${file}.json`) ? JSON.parse(readFileSync(`${file}.json`, "utf8")) : undefined;
  return { name: name.replaceAll(path.sep, "/"), meta, raw, body: bodyOf(meta, raw), json };
}

function bodyOf(meta: CaptureMeta, raw: Buffer): Buffer {
  if (meta.transport === "grpc") {
    const message = raw.subarray(5, 5 + raw.readUInt32BE(1));
    return raw[0] === 1 ? gunzipSync(message) : message;
  }
  return meta.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
}
