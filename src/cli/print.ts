/** Longest wait for a reader that does not read, in ms. */
const limitMs = 500;

/** Writes text to the console. Resolves when it is out, or when nobody takes it: that never ends the process. */
export function print(target: "stdout" | "stderr", text: string): Promise<void> {
  const stream = process[target];
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    stream.once("error", done);
    stream.write(text, done);
  });
}

/** A closed console (EPIPE) is no reason to stop: what cannot be printed is not printed. */
export function tolerateClosedConsole(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}
