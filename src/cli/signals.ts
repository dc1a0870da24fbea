const names = { SIGINT: "interrupt", SIGTERM: "terminated", SIGHUP: "hangup" } as const;

/** Shells and conventions: 128 and the number of the signal. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

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
}

/** Calls `first` once and `second` for a signal after it. */
export function listenForSignals({ first, second }: SignalHandlers): void {
  const isLaunched = process.env["npm_command"] !== undefined || process.env["OTELCOL_LAUNCHER"] !== undefined;
  let firstAtMs: number | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
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
