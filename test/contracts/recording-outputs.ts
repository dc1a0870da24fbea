import type { Output, Outputs } from "../../src/component/output.ts";

/** Keeps text by target. */
export class RecordingOutputs implements Outputs {
  readonly #texts = new Map<string, Buffer[]>();

  open(target: string): Output {
    const chunks = this.#texts.get(target) ?? [];
    this.#texts.set(target, chunks);
    return { write: (text) => void chunks.push(Buffer.from(text as Uint8Array)) };
  }

  /** Targets that were opened, in order. */
  targets(): string[] {
    return [...this.#texts.keys()];
  }

  text(target: string): string {
    return Buffer.concat(this.#texts.get(target) ?? []).toString("utf8");
  }
}
