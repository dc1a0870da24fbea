/** Whether a key is among `patterns`: keys, or beginnings of keys that end in `*`. */
export function preferredKeys(patterns: readonly string[]): (key: string) => boolean {
  const keys = new Set(patterns.filter((pattern) => !pattern.endsWith("*")));
  const beginnings = patterns.filter((pattern) => pattern.endsWith("*")).map((pattern) => pattern.slice(0, -1));
  return (key) => keys.has(key) || beginnings.some((beginning) => key.startsWith(beginning));
}
