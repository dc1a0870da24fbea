/** Where a key or value is written. Lines and columns begin at 1; columns count UTF-16 units. */
export interface Position {
  /** As the user named it: a path, `--set=…`, `env:NAME`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Characters to underline; at least 1. */
  readonly length: number;
}

export function formatPosition(position: Position): string {
  return `${position.file}:${position.line}:${position.column}`;
}

/** Keys that usually stand before something that must not be shown, also when they stand on the line of another one. */
const secretKeys = /(token|password|secret|authorization|credential|api[-_]?key|_pem)["']?\s*:/i;

/** The line with a caret line below it, both with a margin; empty if the line is not there or may hold a secret. */
export function excerpt(text: string, position: Position): string {
  const line = text.split(/\r?\n/, position.line)[position.line - 1];
  if (line === undefined || line.trim() === "" || secretKeys.test(line)) return "";
  const margin = String(position.line).padStart(5);
  // A tab is kept in the caret line, so that both lines are indented alike whatever its width.
  const indent = line.slice(0, position.column - 1).replaceAll(/[^\t]/g, " ");
  const length = Math.max(1, Math.min(position.length, line.length - position.column + 1));
  return `${margin} | ${line}\n${" ".repeat(margin.length)} | ${indent}${"^".repeat(length)}`;
}
