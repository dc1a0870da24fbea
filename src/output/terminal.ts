import { isatty } from "node:tty";

const descriptors: Readonly<Record<string, number>> = { stdout: 1, stderr: 2 };
const usualColumns = 80;

/**
 * The terminal behind `stdout` or `stderr`; `undefined` for a pipe, a file, or one that cannot move its cursor
 * (`TERM=dumb`). `NO_COLOR`, if it is set to anything, forbids colours (https://no-color.org).
 */
export function terminalOf(target: string, env: NodeJS.ProcessEnv = process.env) {
  const descriptor = descriptors[target];
  if (descriptor === undefined || !isatty(descriptor) || env["TERM"] === "dumb") return undefined;
  const stream = descriptor === 1 ? process.stdout : process.stderr;
  return { columns: stream.columns > 0 ? stream.columns : usualColumns, hasColour: (env["NO_COLOR"] ?? "") === "" };
}
