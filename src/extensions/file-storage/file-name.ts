/** A name that every file system takes: characters other than letters, digits, `_`, `-`, `.` as `~XXXX`, as upstream. */
export function fileName(text: string): string {
  return text.replaceAll(/[^0-9A-Za-z_.-]/g, (char) => {
    return `~${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  });
}

const segmentPattern = /^(\d{12})\.journal$/;

export function segmentName(number: number): string {
  return `${String(number).padStart(12, "0")}.journal`;
}

/** The number of a segment file; `undefined` for files that are not ours. */
export function segmentNumber(name: string): number | undefined {
  const match = segmentPattern.exec(name);
  return match === null ? undefined : Number(match[1]);
}
