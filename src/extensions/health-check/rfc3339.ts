/** A time as Go prints it in JSON: local, with its offset, without zeros at the end of the fraction. */
export function rfc3339(unixMs: number): string {
  const offsetMinutes = -new Date(unixMs).getTimezoneOffset();
  const [whole = "", fraction = ""] = new Date(unixMs + offsetMinutes * 60_000).toISOString().slice(0, -1).split(".");
  const digits = fraction.replace(/0+$/, "");
  return `${whole}${digits === "" ? "" : `.${digits}`}${offsetText(offsetMinutes)}`;
}

function offsetText(minutes: number): string {
  if (minutes === 0) return "Z";
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
