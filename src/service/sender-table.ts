import type { Clock } from "../component/clock.ts";
import type { RequestContext } from "../component/consumer.ts";
import type {
  CorrectedRequest,
  MistakeReport,
  RejectedRequest,
  SenderObserver,
  SenderReport,
  SendersReport,
} from "../component/senders.ts";
import type { Batch } from "../pdata/batch.ts";
import { KeyValueView, ResourceView, textOf } from "../pdata/views/index.ts";
import { firstResource } from "../pdata/first-resource.ts";

/** Rows of each kind; the one that was silent longest makes way. */
export const maxRows = 256;
/** Bytes of a resource that tell it from others. */
const maxKeyBytes = 1024;
const maxTextLength = 200;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type SenderRow = Mutable<Omit<SenderReport, "protocols" | "items">> & {
  readonly protocols: Set<string>;
  readonly items: Record<string, number>;
};

/** A row with the place of its last change among all changes. */
interface Kept<R> {
  readonly row: R;
  serial: number;
}

/**
 * Who sends, for `/debug/senders`. A batch goes by the first resource in it. The usual one is the same as that of the last
 * batch on its connection: then it costs a look into a map and a comparison of bytes. Texts are read when a row is new.
 */
export class SenderTable implements SenderObserver {
  readonly #clock: Clock;
  readonly #senders = new Map<string, Kept<SenderRow>>();
  readonly #mistakes = new Map<string, Kept<MistakeReport>>();
  /** By connection. */
  readonly #latest = new Map<string, { readonly resource: Buffer; readonly kept: Kept<SenderRow> }>();
  #serial = 0;
  #forgotten = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  report(): SendersReport {
    return {
      senders: latestFirst(this.#senders).map((row) => ({ ...row, protocols: [...row.protocols] })),
      mistakes: latestFirst(this.#mistakes).map((row) => ({ ...row })),
      forgotten: this.#forgotten,
    };
  }

  batch(batch: Batch, { peer, transport }: RequestContext, refusal: string | undefined): void {
    const kept = this.#senderOf(batch, peer);
    const { row } = kept;
    kept.serial = ++this.#serial;
    row.peer = peer;
    row.lastSeenUnixMs = this.#clock.now();
    row.requests++;
    if (transport !== undefined) row.protocols.add(transport);
    if (refusal === undefined) row.items[batch.signal] = (row.items[batch.signal] ?? 0) + batch.itemCount;
    else {
      row.refusedItems += batch.itemCount;
      row.lastRefusal = clipped(refusal);
    }
  }

  rejected({ peer, path, reason, error, remedy }: RejectedRequest): void {
    this.#mistake({ peer, outcome: "rejected", reason, path, error, remedy });
  }

  corrected({ peer, path, kind, remedy }: CorrectedRequest): void {
    this.#mistake({ peer, outcome: "corrected", reason: kind, path, error: "", remedy });
  }

  #senderOf(batch: Batch, peer: string): Kept<SenderRow> {
    const { bytes } = batch;
    const range = firstResource(bytes);
    const latest = this.#latest.get(peer);
    if (latest?.resource.compare(bytes, range.start, range.end) === 0) return latest.kept;
    const end = Math.min(range.end, range.start + maxKeyBytes);
    // A copy: the bytes of a batch go with it.
    const resource = Buffer.from(bytes.subarray(range.start, end));
    const key = `${hostOf(peer)} ${resource.toString("latin1")}`;
    const kept = this.#senders.get(key) ?? this.#add(this.#senders, key, this.#newSender(batch, range));
    if (this.#latest.size >= maxRows) this.#latest.clear();
    if (end === range.end) this.#latest.set(peer, { resource, kept });
    return kept;
  }

  #mistake(mistake: Omit<MistakeReport, "count" | "lastSeenUnixMs">): void {
    const { peer, outcome, reason } = mistake;
    const key = `${hostOf(peer)} ${outcome} ${reason}`;
    const before = this.#mistakes.get(key);
    const { path, error, remedy } = mistake;
    const texts = { path: clipped(path), error: clipped(error), remedy: clipped(remedy) };
    const count = (before?.row.count ?? 0) + 1;
    this.#mistakes.delete(key);
    this.#add(this.#mistakes, key, { ...mistake, ...texts, count, lastSeenUnixMs: this.#clock.now() });
  }

  /** Who was silent longest makes way. */
  #add<R>(rows: Map<string, Kept<R>>, key: string, row: R): Kept<R> {
    if (rows.size >= maxRows) {
      const [oldest] = Array.from(rows).toSorted(([, a], [, b]) => a.serial - b.serial);
      if (oldest !== undefined) rows.delete(oldest[0]);
      // What is kept of connections may lead to the row that goes.
      this.#latest.clear();
      this.#forgotten++;
    }
    const kept = { row, serial: ++this.#serial };
    rows.set(key, kept);
    return kept;
  }

  #newSender(batch: Batch, range: { readonly start: number; readonly end: number }): SenderRow {
    const texts = attributesOf(batch, range);
    const sdk = ["telemetry.sdk.language", "telemetry.sdk.name", "telemetry.sdk.version"];
    const now = this.#clock.now();
    return {
      peer: "",
      serviceName: texts.get("service.name") ?? "",
      instance: texts.get("service.instance.id") ?? texts.get("host.name") ?? "",
      sdk: sdk.flatMap((key) => texts.get(key) ?? []).join(" "),
      protocols: new Set(),
      items: {},
      requests: 0,
      refusedItems: 0,
      lastRefusal: undefined,
      firstSeenUnixMs: now,
      lastSeenUnixMs: now,
    };
  }
}

function latestFirst<R>(rows: ReadonlyMap<string, Kept<R>>): readonly R[] {
  return Array.from(rows.values())
    .toSorted((a, b) => b.serial - a.serial)
    .map(({ row }) => row);
}

const wanted: ReadonlySet<string> = new Set([
  "service.name",
  "service.instance.id",
  "host.name",
  "telemetry.sdk.language",
  "telemetry.sdk.name",
  "telemetry.sdk.version",
]);

function attributesOf(batch: Batch, { start, end }: { readonly start: number; readonly end: number }) {
  const resource = new ResourceView();
  const attribute = new KeyValueView();
  const texts = new Map<string, string>();
  resource.clear(batch.bytes);
  resource.merge(start, end);
  const { attributes } = resource;
  for (let index = 0; index < attributes.length; index++) {
    attribute.at(batch.bytes, attributes.start(index), attributes.end(index));
    const key = textOf(batch.bytes, attribute.keyStart, attribute.keyEnd);
    const { value } = attribute;
    if (!wanted.has(key) || value.type !== "string") continue;
    texts.set(key, clipped(textOf(batch.bytes, value.start, value.end)));
  }
  return texts;
}

/** The host of a peer address, which stays the same over its connections. */
function hostOf(peer: string): string {
  const colon = peer.lastIndexOf(":");
  return colon < 0 ? peer : peer.slice(0, colon);
}

/** What senders wrote may be long. */
function clipped(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength)}...`;
}
