/** Causes of causes are followed this far; a chain may be a ring. */
const maxChainLength = 10;

/**
 * The messages of an error and of its causes, `outer: inner`. A cause whose words the outer message ends with already is
 * not repeated. The errors within an `AggregateError` are joined with `; `.
 */
export function errorText(error: unknown): string {
  let text = "";
  let current: unknown = error;
  for (let length = 0; length < maxChainLength && current !== undefined && current !== null; length++) {
    const own = ownText(current);
    if (own !== "" && !text.endsWith(own)) text += text === "" ? own : `: ${own}`;
    current = current instanceof Error ? current.cause : undefined;
  }
  return text;
}

function ownText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.message === "") {
    return [...new Set(error.errors.slice(0, maxChainLength).map((inner) => ownText(inner)))].join("; ");
  }
  return error.message === "" ? error.name : error.message;
}

/** The stack of an error that no code expected (a bug of ours); expected ones have a code or a class of their own. */
export function bugStack(error: unknown): string | undefined {
  const isBug = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  return isBug && !("code" in error) ? error.stack : undefined;
}
