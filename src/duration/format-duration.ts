/** Milliseconds as Go prints a duration: `1m30s`, `200ms`, `5.52s`, `0s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return "0s";
  const sign = milliseconds < 0 ? "-" : "";
  const ms = Math.abs(milliseconds);
  if (ms < 1e-3) return `${sign}${trim(ms * 1e6, 0)}ns`;
  if (ms < 1) return `${sign}${trim(ms * 1e3, 3)}µs`;
  if (ms < 1000) return `${sign}${trim(ms, 6)}ms`;
  const totalSeconds = ms / 1000;
  const hours = Math.floor(totalSeconds / 3600);
  const minutes = Math.floor((totalSeconds - hours * 3600) / 60);
  const seconds = trim(totalSeconds - hours * 3600 - minutes * 60, 9);
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}

function trim(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
