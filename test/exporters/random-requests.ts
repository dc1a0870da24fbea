import path from "node:path";
import protobuf from "protobufjs";
import type { Signal } from "../../src/pdata/signal.ts";

const root = new protobuf.Root();
root.resolvePath = (_origin, name) => path.join(import.meta.dirname, "../../proto", name);
const services = ["trace/v1/trace_service", "metrics/v1/metrics_service", "logs/v1/logs_service"];
for (const service of services) root.loadSync(`opentelemetry/proto/collector/${service}.proto`);

/** The requests of each signal, for protobufjs: an implementation that is not ours. */
export const requestTypes: Readonly<Record<Signal, protobuf.Type>> = {
  traces: root.lookupType("opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest"),
  metrics: root.lookupType("opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest"),
  logs: root.lookupType("opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest"),
};

const texts = [
  "",
  "a",
  "GET",
  '/cart?x=<1>&y="2"',
  "two\nlines\t\\",
  "größer 日本 🎉",
  "\u2028\u2029\b\f\u0001\u007f",
  "x".repeat(150),
];
const keys = ["k", "service.name", "http.status_code", "", "a b=c", "ß", "z", "日本", "K", "𝒳"];
const doubles = [
  0,
  -0,
  1,
  -1,
  1.5,
  0.1,
  1e21,
  -1e-7,
  123456789.12345679,
  1e6,
  999999.5,
  1e-5,
  5e-324,
  1.7976931348623157e308,
  0.0078125,
  -2.5e-7,
  NaN,
  Infinity,
  -Infinity,
  2 ** 53 + 2,
  1e20,
  123456,
  1234567,
];
const int64s = [
  "0",
  "1",
  "-1",
  "42",
  "9223372036854775807",
  "-9223372036854775808",
  "4294967296",
  "-4294967297",
  "9007199254740993",
];
const uint64s = [
  "0",
  "1",
  "1000000000",
  "1795176000123456789",
  "1795176000123400000",
  "1795176000000000000",
  "9223372036854775807",
  "9223372036854775808",
  "18446744073709551615",
  "18446744073000000000",
  "253402300800000000000",
].map((text) => BigInt.asUintN(64, BigInt(text)).toString());

/** Random requests with every field, odd values and odd combinations of them. The same seed gives the same requests. */
export class RandomRequests {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Protobuf bytes. */
  next(signal: Signal): Uint8Array {
    const group = { traces: "Spans", metrics: "Metrics", logs: "Logs" }[signal];
    const record = { traces: "spans", metrics: "metrics", logs: "logRecords" }[signal];
    const make = { traces: () => this.#span(), metrics: () => this.#metric(), logs: () => this.#logRecord() }[signal];
    const request = {
      [`resource${group}`]: this.#some(2, () => ({
        resource: this.#maybe(() => this.#resource()),
        schemaUrl: this.#maybe(() => "https://opentelemetry.io/schemas/1.6.1"),
        [`scope${group}`]: this.#some(2, () => ({
          scope: this.#maybe(() => this.#scope()),
          schemaUrl: this.#maybe(() => "urn:s"),
          [record]: this.#some(4, make),
        })),
      })),
    };
    return requestTypes[signal].encode(requestTypes[signal].fromObject(request)).finish();
  }

  #span(): object {
    return {
      traceId: this.#id(16),
      spanId: this.#id(8),
      parentSpanId: this.#id(8),
      traceState: this.#maybe(() => "a=b,c=d"),
      name: this.#one(texts),
      flags: this.#maybe(() => 0x101),
      kind: this.#one([0, 1, 2, 3, 4, 5, 6, -1, 1000]),
      startTimeUnixNano: this.#one(uint64s),
      endTimeUnixNano: this.#time(),
      attributes: this.#attributes(),
      droppedAttributesCount: this.#count32(),
      droppedEventsCount: this.#count32(),
      droppedLinksCount: this.#count32(),
      events: this.#some(3, () => ({
        timeUnixNano: this.#time(),
        name: this.#one(texts),
        attributes: this.#attributes(),
        droppedAttributesCount: this.#count32(),
      })),
      links: this.#some(3, () => ({
        traceId: this.#id(16),
        spanId: this.#id(8),
        traceState: this.#maybe(() => "x=y"),
        attributes: this.#attributes(),
        droppedAttributesCount: this.#count32(),
        flags: this.#maybe(() => 1),
      })),
      status: this.#maybe(() => ({ code: this.#one([0, 1, 2, 3, -1]), message: this.#one(texts) })),
    };
  }

  #logRecord(): object {
    return {
      timeUnixNano: this.#time(),
      observedTimeUnixNano: this.#time(),
      severityNumber: this.#one([0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, -3, 2147483647]),
      severityText: this.#one(texts),
      body: this.#maybe(() => this.#value(3)),
      attributes: this.#attributes(),
      droppedAttributesCount: this.#count32(),
      flags: this.#count32(),
      traceId: this.#id(16),
      spanId: this.#id(8),
      eventName: this.#maybe(() => this.#one(texts)),
    };
  }

  #metric(): object {
    const aggregationTemporality = this.#one([0, 1, 2, 3, -1]);
    const data = this.#one<() => object>([
      () => ({}),
      () => ({ gauge: { dataPoints: this.#some(3, () => this.#numberPoint()) } }),
      () => ({
        sum: {
          dataPoints: this.#some(3, () => this.#numberPoint()),
          aggregationTemporality,
          isMonotonic: this.#one([true, false]),
        },
      }),
      () => ({ histogram: { dataPoints: this.#some(3, () => this.#histogramPoint()), aggregationTemporality } }),
      () => ({
        exponentialHistogram: { dataPoints: this.#some(3, () => this.#exponentialPoint()), aggregationTemporality },
      }),
      () => ({ summary: { dataPoints: this.#some(3, () => this.#summaryPoint()) } }),
    ]);
    return {
      name: this.#one(texts),
      description: this.#one(texts),
      unit: this.#one(["", "By", "1"]),
      metadata: this.#maybe(() => this.#attributes()),
      ...data(),
    };
  }

  #point(): object {
    return {
      attributes: this.#attributes(),
      startTimeUnixNano: this.#time(),
      timeUnixNano: this.#time(),
      flags: this.#maybe(() => 1),
    };
  }

  #number(): object {
    return this.#one<() => object>([
      () => ({}),
      () => ({ asInt: this.#one(int64s) }),
      () => ({ asDouble: this.#double() }),
    ])();
  }

  #numberPoint(): object {
    return { ...this.#point(), ...this.#number(), exemplars: this.#exemplars() };
  }

  #range(): object {
    return {
      count: this.#one(uint64s),
      sum: this.#maybe(() => this.#double()),
      min: this.#maybe(() => this.#double()),
      max: this.#maybe(() => this.#double()),
    };
  }

  #histogramPoint(): object {
    return {
      ...this.#point(),
      ...this.#range(),
      bucketCounts: this.#some(6, () => this.#one(uint64s)),
      explicitBounds: this.#some(5, () => this.#double()),
      exemplars: this.#exemplars(),
    };
  }

  #exponentialPoint(): object {
    const buckets = (): object => ({
      offset: this.#one([0, 1, -1, 5, -7, 1000, -1100, 2147483647, -2147483648, 2147483646]),
      bucketCounts: this.#some(5, () => this.#one(uint64s)),
    });
    return {
      ...this.#point(),
      ...this.#range(),
      scale: this.#one([0, 1, -1, 3, 5, 8, 20, -10, -11, 30, 1100, -1100, 1080, 2147483647, -2147483648]),
      zeroCount: this.#maybe(() => this.#one(uint64s)),
      zeroThreshold: this.#maybe(() => this.#double()),
      positive: this.#maybe(buckets),
      negative: this.#maybe(buckets),
      exemplars: this.#exemplars(),
    };
  }

  #summaryPoint(): object {
    return {
      ...this.#point(),
      count: this.#one(uint64s),
      sum: this.#double(),
      quantileValues: this.#some(4, () => ({ quantile: this.#double(), value: this.#double() })),
    };
  }

  #exemplars(): object[] {
    return this.#some(2, () => ({
      timeUnixNano: this.#time(),
      spanId: this.#id(8),
      traceId: this.#id(16),
      ...this.#number(),
      filteredAttributes: this.#attributes(),
    }));
  }

  #resource(): object {
    return {
      attributes: this.#attributes(),
      droppedAttributesCount: this.#count32(),
      entityRefs: this.#some(2, () => ({
        schemaUrl: this.#maybe(() => "urn:e"),
        type: this.#one(["service", "host", ""]),
        idKeys: this.#some(2, () => this.#one(keys)),
        descriptionKeys: this.#some(2, () => this.#one(keys)),
      })),
    };
  }

  #scope(): object {
    return {
      name: this.#one(["", "io.example", "ß"]),
      version: this.#one(["", "1.0"]),
      attributes: this.#attributes(),
    };
  }

  #attributes(): object[] {
    return this.#some(4, () => this.#keyValue(3));
  }

  #keyValue(depth: number): object {
    return { key: this.#one(keys), value: this.#maybe(() => this.#value(depth)) };
  }

  #value(depth: number): object {
    const flat: (() => object)[] = [
      () => ({}),
      () => ({ stringValue: this.#one(texts) }),
      () => ({ boolValue: this.#one([true, false]) }),
      () => ({ intValue: this.#one(int64s) }),
      () => ({ doubleValue: this.#double() }),
      () => ({ bytesValue: this.#bytes(Math.floor(this.#random() * 6)) }),
    ];
    const nested: (() => object)[] = [
      () => ({ arrayValue: { values: this.#some(4, () => this.#value(depth - 1)) } }),
      () => ({ kvlistValue: { values: this.#some(4, () => this.#keyValue(depth - 1)) } }),
    ];
    return this.#one(depth > 0 ? [...flat, ...nested] : flat)();
  }

  #double(): number {
    const kind = this.#random();
    if (kind < 0.4) return this.#one(doubles);
    if (kind < 0.6) return Math.floor(this.#random() * 4096) / 128;
    if (kind < 0.8) return (this.#random() - 0.5) * 2000;
    return (this.#random() - 0.5) * 10 ** ((this.#random() - 0.5) * 80);
  }

  #time(): string {
    return this.#random() < 0.3
      ? this.#one(uint64s)
      : String(1795176000000000000n + BigInt(Math.floor(this.#random() * 2e9)));
  }

  #count32(): number {
    return this.#one([0, 0, 1, 17, 4294967295]);
  }

  #id(length: number): Uint8Array {
    const kind = this.#random();
    if (kind < 0.2) return new Uint8Array(0);
    return kind < 0.3 ? new Uint8Array(length) : this.#bytes(length);
  }

  #bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => Math.floor(this.#random() * 256));
  }

  #some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: Math.floor(this.#random() * (most + 1)) }, make);
  }

  #maybe<T>(make: () => T): T | undefined {
    return this.#random() < 0.6 ? make() : undefined;
  }

  #one<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#random() * choices.length)] as T;
  }

  /** Mulberry32. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
}
