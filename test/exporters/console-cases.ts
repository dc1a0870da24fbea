import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { signals, type Signal } from "../../src/pdata/signal.ts";
import { validate } from "../../src/pdata/validate.ts";
import type { Batch } from "../../src/pdata/batch.ts";

/** A request and what upstream printed for it. */
export interface ConsoleCase {
  readonly name: string;
  readonly signal: Signal;
  readonly batch: Batch;
  /** Recorded text by file name, such as `debug-v0.165.0-verbosity-basic.txt`. */
  text(file: string): string;
}

const root = path.join(import.meta.dirname, "../..");
const fixtures = path.join(root, "test/fixtures/console");
const shared = path.join(root, "../shared/golden/wavefront");

/** Whether the whole collection lies beside the checkout; if not, a choice of it stands in the fixtures. */
const hasAll = existsSync(shared);

/** What a test says about its cases. */
export const recordedComment = hasAll
  ? "all recorded console texts"
  : "only the texts in test/fixtures/console/recorded: ../shared/golden is absent";

/** What whole collectors printed, with the heads of the lines. */
export function recordedCases(): readonly ConsoleCase[] {
  const texts = hasAll ? path.join(shared, "console") : path.join(fixtures, "recorded");
  const inputs = hasAll ? path.join(shared, "cases") : texts;
  return readdirSync(texts)
    .toSorted()
    .map((name) => {
      const text = reader(path.join(texts, name));
      const signal = /"otelcol\.signal": "(\w+)"/.exec(text("debug-v0.165.0-verbosity-basic.txt"))?.[1];
      return consoleCase(name, signal, path.join(inputs, name), text);
    });
}

/** Random requests and what upstream's printers made of them, without heads; see test/fixtures/console/README.md. */
export function randomCases(): readonly ConsoleCase[] {
  const folder = path.join(fixtures, "random");
  return readdirSync(folder)
    .toSorted()
    .map((name) => {
      const own = path.join(folder, name);
      return consoleCase(name, name.split("-")[0], own, reader(own));
    });
}

function reader(folder: string): (file: string) => string {
  return (file) => readFileSync(path.join(folder, file), "utf8");
}

function consoleCase(
  name: string,
  signalText: string | undefined,
  folder: string,
  text: (file: string) => string,
): ConsoleCase {
  const signal = signals.find((signal) => signal === signalText);
  if (signal === undefined) throw new Error(`Cannot tell the signal of case ${name}`);
  return { name, signal, batch: validate(signal, readFileSync(path.join(folder, "input.binpb"))), text };
}
