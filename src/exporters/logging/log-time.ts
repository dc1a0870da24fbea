/** Local time as upstream's loggers write it: `2022-02-18T10:00:00.000+0100`, with `Z` where local time is UTC. */
export function formatLogTime(unixMs: number): string {
  const aheadMinutes = -new Date(unixMs).getTimezoneOffset();
  const local = new Date(unixMs + aheadMinutes * 60_000).toISOString();
  if (aheadMinutes === 0) return local;
  const minutes = Math.abs(aheadMinutes);
  const hours = String(Math.floor(minutes / 60)).padStart(2, "0");
  return `${local.slice(0, -1)}${aheadMinutes < 0 ? "-" : "+"}${hours}${String(minutes % 60).padStart(2, "0")}`;
}
