/** How often the parent is looked for; a system call that costs nothing. */
const intervalMs = 250;

/**
 * Calls back when the process ends that started this one, if that was npm or npx. They run a command through a shell,
 * and a SIGTERM to them ends the shell but does not come through: the collector would stay behind and keep its ports.
 */
export function watchLauncher(onGone: () => void): void {
  if (process.env["npm_command"] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, intervalMs);
  timer.unref();
}
