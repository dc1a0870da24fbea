/** Node's code of an error, such as `ECONNREFUSED`; of several tries at once (both addresses of a name) that of the first. */
export function errorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0]);
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

const fileErrors: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EISDIR: "is a directory",
};

/** What went wrong, without the library's decoration: `no such file or directory`. */
export function systemErrorText(error: unknown): string {
  const known = fileErrors[errorCode(error)];
  if (known === undefined) return error instanceof Error ? error.message : String(error);
  const path = error instanceof Error && "path" in error ? `open ${String(error.path)}: ` : "";
  return `${path}${known}`;
}

/** Codes and texts of an error and of what caused it, for a search. */
export function errorTrail(error: unknown): string {
  const parts: string[] = [];
  let current = error;
  // A chain may be a circle.
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    parts.push(errorCode(current), current.message);
    if (current instanceof AggregateError) parts.push(...current.errors.map((one) => systemErrorText(one)));
    current = current.cause;
  }
  return parts.length === 0 ? String(error) : parts.filter((part) => part !== "").join(" ");
}
