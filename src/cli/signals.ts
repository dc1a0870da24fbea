const names = { SIGINT: "interrupt", SIGTERM: "terminated", SIGHUP: "hangup" } as const;

/** Shells and conventions: 128 and the number of the signal. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * One press of Ctrl-C can arrive twice: the terminal sends it to the whole process group, and npm, npx and the launcher
 * in `bin/otelcol` pass on their own copy, on a busy machine not at once. What comes from them this soon after the first
 * is the same press. Signals of programs come once.
 */
const samePressMs = 250;

export interface SignalHandlers {
  /** `interrupt`, `terminated` or `hangup`, as upstream's log calls them. */
  first(name: string): void;
  second(exitCode: number): void;
  /** SIGHUP of somebody who wants the configuration read again. */
  reload(): void;
}

/**
 * Calls `first` once and `second` for a signal after it. SIGHUP asks for a reload, but for one that means that the
 * terminal of the process is gone: nobody sees this collector any more, so it stops as for SIGTERM.
 */
export function listenForSignals({ first, second, reload }: SignalHandlers): void {
  const isLaunched = process.env["npm_command"] !== undefined || process.env["OTELCOL_LAUNCHER"] !== undefined;
  const { isatty } = process.getBuiltinModule("node:tty");
  const hadTerminal = isatty(2);
  let firstAtMs: number | undefined;
  process.on("SIGHUP", () => {
    if (firstAtMs !== undefined) return;
    if (!hadTerminal || isatty(2)) return reload();
    firstAtMs = performance.now();
    first(names.SIGHUP);
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      const now = performance.now();
      if (firstAtMs === undefined) {
        firstAtMs = now;
        first(names[signal]);
      } else if (!isLaunched || signal !== "SIGINT" || now - firstAtMs > samePressMs) {
        second(exitCodes[signal]);
      }
    });
  }
}
