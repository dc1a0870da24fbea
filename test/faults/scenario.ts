import type { Test } from "tap";
import { take } from "./deed.ts";
import { Rig, type ExporterType, type RigOptions } from "./rig.ts";

export interface Run {
  readonly t: Test;
  readonly type: ExporterType;
  readonly seed: number;
  /** 1 in the short form; how much longer a fault lasts in the full one. */
  readonly factor: number;
}

export interface Scenario {
  /** A promise, as a sentence. */
  readonly name: string;
  readonly run: (run: Run) => Promise<void>;
  /** The exporters that it is about; without, all. */
  readonly types?: readonly ExporterType[];
  /** Takes many seconds: only in the full form. */
  readonly isLong?: boolean;
}

export async function begin({ t, type, seed }: Run, options: Partial<RigOptions> = {}): Promise<Rig> {
  const rig = await Rig.start(t, { type, seed, ...options });
  rig.producer.start();
  return rig;
}

export async function exitsCleanly({ t }: Run, rig: Rig): Promise<void> {
  t.equal(await rig.end(), 0, "it ends with exit code 0");
  t.equal(rig.ledger().received, rig.producer.accepted.size, "the ledger counts what was accepted");
}

/** A fault while data flows; then the sink is well again and everything arrives. */
export function passing(
  fault: (rig: Rig, run: Run) => Promise<void>,
  options: Partial<RigOptions> = {},
  recoversMs = 5000,
) {
  return async (run: Run): Promise<void> => {
    const rig = await begin(run, options);
    await rig.accepts(200);
    await fault(rig, run);
    rig.sink.behave = take;
    const recoveryMs = await rig.drainsBacklog();
    run.t.ok(recoveryMs < recoversMs, `recovered within ${recoversMs} ms: ${recoveryMs} ms`);
    await rig.producer.stop();
    await rig.drained();
    await exitsCleanly(run, rig);
    rig.judge();
  };
}
