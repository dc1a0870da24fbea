/** Longest wait for a reader that does not read, in ms. */
const limitMs = 500;

const used = new Set<string>();

/** Writes text to the console. Resolves when it is out, or when nobody takes it: that never ends the process. */
export function print(target: "stdout" | "stderr", text: string): Promise<void> {
  const stream = process[target];
  if (!used.has(target)) {
    used.add(target);
    // A closed console (EPIPE) is no reason to stop: what cannot be printed is not printed.
    stream.on("error", () => {});
  }
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    stream.write(text, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
