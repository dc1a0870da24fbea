// What zlib costs and saves at its usual level, by how far it looks back and by its memory: compress.ts [RUNS]. Nanoseconds of
// CPU a byte, and how much larger the result is than at the library's own settings. Batches as the exporters send them.
import { gzipSync, type ZlibOptions } from "node:zlib";
import { makeBodies, type Shape } from "./scenarios/bodies.ts";

const runs = Number(process.argv[2] ?? 5);
const shapes: readonly Shape[] = ["spans", "small-spans", "logs", "sums-gauges", "histograms", "exponential"];
const variants: readonly ZlibOptions[] = [
  {},
  { memLevel: 9 },
  { windowBits: 14 },
  { windowBits: 14, memLevel: 9 },
  { windowBits: 13, memLevel: 9 },
];

for (const shape of shapes) {
  const bodies = makeBodies({ shape, itemsPerRequest: 512, encoding: "protobuf", gzipLevel: undefined });
  const batches = [0, 16, 32].map((from) => Buffer.concat(bodies.slice(from, from + 16).map(({ bytes }) => bytes)));
  const inputBytes = batches.reduce((sum, { length }) => sum + length, 0);
  const results = variants.map(() => ({ nsPerByte: Infinity, bytes: 0 }));
  // Variants take turns, and the best run counts: neighbours on the machine only ever make one slower.
  for (let run = 0; run < runs; run++)
    for (const [index, options] of variants.entries()) {
      const before = process.cpuUsage();
      const bytes = batches.reduce((sum, batch) => sum + gzipSync(batch, options).length, 0);
      const { user, system } = process.cpuUsage(before);
      const nsPerByte = Math.min(results[index]?.nsPerByte ?? Infinity, ((user + system) * 1000) / inputBytes);
      results[index] = { nsPerByte, bytes };
    }
  const plain = results[0]?.bytes ?? 1;
  console.log(`${shape}, ${(inputBytes / plain).toFixed(1)} to 1`);
  for (const [index, { nsPerByte, bytes }] of results.entries()) {
    const growth = `${((bytes / plain - 1) * 100).toFixed(1)} %`;
    console.log(
      `  ${JSON.stringify(variants[index]).padEnd(34)} ${nsPerByte.toFixed(1).padStart(5)} ns a byte, ${growth}`,
    );
  }
}
