import { nearestName } from "../config/nearest-name.ts";
import { UsageError, type Command, type Flag } from "./command.ts";
import { commands } from "./commands.ts";
import { flagsOf } from "./parse-arguments.ts";

const shells = ["bash", "zsh", "fish"] as const;

/** Made from the table of commands, so that nothing is forgotten. Throws a `UsageError` for another shell. */
export async function completionScript(shell: string): Promise<string> {
  const known = shells.find((one) => one === shell);
  if (known === undefined) {
    const nearest = nearestName(shell, shells);
    const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
    throw new UsageError(`no completion for "${shell}"${hint} (valid values: ${shells.join(", ")})`);
  }
  const loaded = await Promise.all(commands.map((entry) => entry.load()));
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[known](loaded);
}

function pairs(command: Command): readonly (readonly [string, Flag])[] {
  return Object.entries(flagsOf(command));
}

/** Words that may stand behind the command itself. */
function operandsOf({ name }: Command): readonly string[] {
  if (name === "help") return commands.map((entry) => entry.name);
  return name === "completion" ? shells : [];
}

function bashScript(list: readonly Command[]): string {
  const cases = list.map((command) => {
    const words = [...pairs(command).map(([flag]) => `--${flag}`), ...operandsOf(command)];
    return `    ${command.name}) words="${words.join(" ")}" ;;\n`;
  });
  const choices = new Map<string, readonly string[]>();
  const files = new Set<string>();
  for (const [flag, { choices: words, value }] of list.flatMap(pairs)) {
    if (words !== undefined) choices.set(flag, [...new Set([...(choices.get(flag) ?? []), ...words])]);
    else if (value === "FILE") files.add(flag);
  }
  const values = [...choices].map(
    ([flag, words]) => `    --${flag}) COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$current")); return ;;\n`,
  );
  const fileFlags = [...files].map((flag) => `--${flag}`).join("|");
  return `# bash completion for otelcol
_otelcol() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command=run word words
  if [[ $previous == "=" ]]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [[ $current == "=" ]]; then previous="\${COMP_WORDS[COMP_CWORD-1]}"; current=""; fi
  case "$previous" in
    ${fileFlags}) COMPREPLY=($(compgen -f -- "$current")); return ;;
${values.join("")}  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in ${list.map(({ name }) => name).join("|")}) command="$word"; break ;; esac
  done
  case "$command" in
${cases.join("")}  esac
  if [[ $command == run ]]; then words+=" ${list.map(({ name }) => name).join(" ")}"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _otelcol otelcol
`;
}

/** Inside single quotes, and inside the brackets and between the colons of `_arguments`. */
function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, String.raw`\$&`);
}

/** The lines of `_arguments` for the flags of a command. */
function zshFlags(command: Command): string {
  const lines = pairs(command).map(([flag, { about, value, choices, multiple }]) => {
    const action = choices !== undefined ? `(${choices.join(" ")})` : value === "FILE" ? "_files" : " ";
    const [sign, argument] = value === undefined ? ["", ""] : ["=", `:${zshText(value)}:${action}`];
    return `      '${multiple === true ? "*" : ""}--${flag}${sign}[${zshText(about)}]${argument}'`;
  });
  return lines.join(" \\\n");
}

function zshScript(list: readonly Command[]): string {
  const cases = list.map((command) => {
    const operands = operandsOf(command);
    const tail = operands.length === 0 ? "" : ` \\\n      '*:argument:(${operands.join(" ")})'`;
    return `    ${command.name})\n      _arguments \\\n${zshFlags(command)}${tail} ;;\n`;
  });
  const entries = commands.map(({ name, summary }) => `    '${name}:${summary.replaceAll("'", "'\\''")}'\n`);
  return `#compdef otelcol
_otelcol() {
  local command=run word
  local -a list
  list=(
${entries.join("")}  )
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in ${list.map(({ name }) => name).join("|")}) command="$word"; break ;; esac
  done
  if [[ $command == run && "\${words[CURRENT]}" != -* && "\${words[CURRENT-1]}" != --* ]]; then
    _describe command list
    return
  fi
  case "$command" in
${cases.join("")}  esac
}
compdef _otelcol otelcol
`;
}

function fishText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", String.raw`\'`)}'`;
}

function fishScript(list: readonly Command[]): string {
  const names = list.map(({ name }) => name).join(" ");
  const lines = ["# fish completion for otelcol", "complete -c otelcol -f"];
  for (const { name, summary } of commands) {
    lines.push(`complete -c otelcol -n 'not __fish_seen_subcommand_from ${names}' -a ${name} -d ${fishText(summary)}`);
  }
  for (const command of list) {
    const seen = `__fish_seen_subcommand_from ${command.name}`;
    const when = command.name === "run" ? `'not __fish_seen_subcommand_from ${names}; or ${seen}'` : `'${seen}'`;
    for (const [flag, { short, about, value, choices }] of pairs(command)) {
      const letter = short === undefined ? "" : ` -s ${short}`;
      const list = choices === undefined ? "" : ` -a ${fishText(choices.join(" "))}`;
      const argument = value === undefined ? "" : value === "FILE" ? " -r -F" : ` -x${list}`;
      lines.push(`complete -c otelcol -n ${when}${letter} -l ${flag}${argument} -d ${fishText(about)}`);
    }
    const operands = operandsOf(command);
    if (operands.length > 0) lines.push(`complete -c otelcol -n '${seen}' -a ${fishText(operands.join(" "))}`);
  }
  return `${lines.join("\n")}\n`;
}
