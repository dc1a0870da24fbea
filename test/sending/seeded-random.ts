/** Uniform in [0, 1), the same sequence for the same seed (Lehmer's generator). */
export function seededRandom(seed: number): () => number {
  let state = (seed * 7919) % 2_147_483_647 || 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
