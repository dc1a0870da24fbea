/** Local time as upstream's log has it: `2026-08-21T12:00:00.000+0200`, with `Z` where local time is UTC. */
export function formatLogTime(unixMs: number): string {
  const aheadMinutes = -new Date(unixMs).getTimezoneOffset();
  const local = new Date(unixMs + aheadMinutes * 60_000).toISOString();
  if (aheadMinutes === 0) return local;
  const minutes = Math.abs(aheadMinutes);
  return `${local.slice(0, -1)}${aheadMinutes < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
