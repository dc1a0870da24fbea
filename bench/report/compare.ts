import type { PeerName } from "../peers/peers.ts";
import type { Measure } from "./measures.ts";
import type { Results } from "./results.ts";
import { spreadOf, type Spread } from "./statistics.ts";

/** Ours beside one peer in one scenario and one figure. */
export interface Comparison {
  readonly ours: Spread | undefined;
  readonly peer: Spread | undefined;
  /** Of the rounds in which both count: ours ÷ peer. */
  readonly ratio: Spread | undefined;
  /** The median of each run by itself. */
  readonly ratioByRun: readonly (number | undefined)[];
}

export function compare(runs: readonly Results[], scenario: string, peer: PeerName, measure: Measure): Comparison {
  const values = (results: Results, name: PeerName): ReadonlyMap<number, number> =>
    new Map(
      results.samples.flatMap((sample) => {
        const value = measure.of(sample);
        const counts = sample.scenario === scenario && sample.peer === name && sample.void === undefined;
        return counts && value !== undefined ? [[sample.round, value] as const] : [];
      }),
    );
  const ratios = runs.map((results) => {
    const theirs = values(results, peer);
    return [...values(results, "ours")].flatMap(([round, own]) => {
      const other = theirs.get(round);
      return other === undefined || other === 0 ? [] : [own / other];
    });
  });
  const all = (name: PeerName): readonly number[] => runs.flatMap((results) => [...values(results, name).values()]);
  return {
    ours: spreadOf(all("ours")),
    peer: spreadOf(all(peer)),
    ratio: spreadOf(ratios.flat()),
    ratioByRun: ratios.map((run) => spreadOf(run)?.median),
  };
}
