import type { Command } from "./command.ts";
import { commands } from "./commands.ts";
import { flagsOf } from "./parse-arguments.ts";
import { wrapText } from "./wrap-text.ts";

const width = 110;

/** Help of a command, from its definition; that of `run` lists the commands as well. */
export function helpText(command: Command): string {
  const isRoot = command.name === "run";
  const flags = Object.entries(flagsOf(command)).filter(([name]) => isRoot || name !== "version");
  const flagRows = flags.map(([name, { short, value, about, choices }]): readonly [string, string] => {
    const left = `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
    return [left, choices === undefined ? about : `${about}: ${choices.join(", ")}`];
  });
  const sections: (readonly [string, string])[] = [
    ["Usage", command.usage.map((line) => `  otelcol${line === "" ? "" : ` ${line}`}\n`).join("")],
    ...(isRoot ? [["Commands", rows(commands.map(({ name, summary }) => [name, summary] as const))] as const] : []),
    ["Flags", rows(flagRows)],
    ...Object.entries(command.notes ?? {}).map(([heading, text]) => [heading, indent(text)] as const),
    ["Exit codes", rows(Object.entries(command.exitCodes))],
    ["Examples", command.examples.map((line) => `  ${line}\n`).join("")],
  ];
  const more = isRoot ? '\n"otelcol COMMAND --help" tells more about a command.\n' : "";
  return `${command.about}\n\n${sections.map(([heading, text]) => `${heading}:\n${text}`).join("\n")}${more}`;
}

/** Two columns, the right one wrapped. */
function rows(pairs: readonly (readonly [string, string])[]): string {
  const left = Math.max(...pairs.map(([first]) => first.length));
  return pairs
    .map(([first, second]) => {
      const lines = wrapText(second, width - left - 4);
      return lines.map((line, index) => `  ${(index === 0 ? first : "").padEnd(left)}  ${line}\n`).join("");
    })
    .join("");
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "\n" : `  ${line}\n`))
    .join("");
}
