const two32 = 4294967296;

/** Unix nanoseconds in halves as milliseconds, to about a quarter of a microsecond. */
export function millisOf(lo: number, hi: number): number {
  return (hi * two32 + lo) / 1e6;
}

/** `87ms`, `1.25s`, `2m03s`, `1h02m`: three digits that matter. */
export function durationText(ms: number): string {
  if (ms < 0) return `-${durationText(-ms)}`;
  if (ms < 1) return `${Math.round(ms * 1000)}µs`;
  if (ms < 1000) return `${trimmed(ms, ms < 10 ? 2 : ms < 100 ? 1 : 0)}ms`;
  const seconds = ms / 1000;
  if (seconds < 59.995) return `${trimmed(seconds, seconds < 10 ? 2 : 1)}s`;
  const minutes = Math.round(seconds) / 60;
  if (minutes < 60) return `${Math.floor(minutes)}m${two(Math.round(seconds) % 60)}s`;
  return `${Math.floor(minutes / 60)}h${two(Math.floor(minutes) % 60)}m`;
}

/** `12:00:00.123` in UTC; `--:--:--.---` for no time. */
export function clockText(ms: number): string {
  if (ms === 0 || ms > 8.64e15) return "--:--:--.---";
  return new Date(ms).toISOString().slice(11, 23);
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
