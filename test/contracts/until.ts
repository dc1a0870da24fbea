/**
 * Waits on the real clock until `condition` holds, looking once per turn of the event loop and then every few ms.
 * Throws after `deadlineMs` with `what`, so that a broken promise is a failed test and not a hanging one.
 */
export async function until(condition: () => boolean, what: string, deadlineMs = 5000): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  for (let turns = 0; !condition(); turns++) {
    if (performance.now() > endMs) throw new Error(`Waited ${deadlineMs} ms in vain: ${what}`);
    await new Promise<void>((resolve) => {
      if (turns < 20) setImmediate(resolve);
      else setTimeout(resolve, 5);
    });
  }
}
