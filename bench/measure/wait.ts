export const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** Resolves when `condition` holds; rejects with `what` after `limitMs`. */
export async function until(
  what: string,
  limitMs: number,
  condition: () => boolean | Promise<boolean>,
  stepMs = 20,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Cannot see that ${what}: not within ${limitMs} ms`);
    await pause(stepMs);
  }
}
