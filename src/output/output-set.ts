import { BoundedOutput, type BoundedOutputOptions } from "./bounded-output.ts";

/** At `process.exit` and after an uncaught error, unwritten text gets this long. */
const exitLimitMs = 250;

/** The outputs of one service: one per target, however many parts write to it. */
export class OutputSet {
  readonly #outputs = new Map<string, BoundedOutput>();
  readonly #options: BoundedOutputOptions;
  #isHooked = false;

  constructor(options: BoundedOutputOptions = {}) {
    this.#options = options;
  }

  /** The output for `stdout`, `stderr` or a file, opened. Throws if the file cannot be opened. */
  open(target: string): BoundedOutput {
    const output = this.get(target);
    output.open();
    return output;
  }

  /** The same, opened at the first write. */
  get(target: string): BoundedOutput {
    let output = this.#outputs.get(target);
    if (output === undefined) {
      output = new BoundedOutput(target, this.#options);
      this.#outputs.set(target, output);
      this.#hook();
    }
    return output;
  }

  /** Resolves when all is written, or when `signal` aborts. */
  async flush(signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from(this.#outputs.values(), (output) => output.flush(signal)));
  }

  /** Flushes and closes all, within the time of `signal`. Safe twice. */
  async close(signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from(this.#outputs.values(), (output) => output.close(signal)));
    process.off("exit", this.#flushAtExit);
    this.#isHooked = false;
  }

  #hook(): void {
    if (this.#isHooked) return;
    this.#isHooked = true;
    process.on("exit", this.#flushAtExit);
  }

  readonly #flushAtExit = (): void => {
    for (const output of this.#outputs.values()) output.flushAtExit(exitLimitMs);
  };
}
