import type { ErrorCode } from "yaml";

interface YamlError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly pos: readonly [number, number];
}

interface Explained {
  readonly message: string;
  /** Offsets into the text. */
  readonly start: number;
  readonly end: number;
}

/** A parser's error in the words of the slip that most likely caused it, at the place where it can be mended. */
export function explainYamlError(error: YamlError, text: string): Explained {
  const start = mendableAt(error, text);
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = endOfLine(text, start);
  const line = text.slice(lineStart, lineEnd).replace(/\r$/, "");

  if (error.code === "TAB_AS_INDENT") {
    const tab = Math.max(0, line.indexOf("\t"));
    return at("a tab stands in the indentation, where YAML allows only spaces: replace it by spaces", lineStart + tab);
  }
  if (line.startsWith("```")) return at("this line is Markdown, no YAML: remove it", lineStart, line.length);
  const bracket = error.code === "BAD_INDENT" ? openBracketBefore(text, lineStart) : undefined;
  if (bracket !== undefined) return at(`the bracket "${text[bracket]}" is not closed`, bracket);
  const reference = /[[{,].*?(\$\{[^}]*\})/.exec(line);
  if (reference?.[1] !== undefined && /FLOW|MISSING_CHAR|UNEXPECTED_TOKEN/.test(error.code)) {
    const from = lineStart + line.indexOf(reference[1]);
    return at(`inside [ ] or { } a reference needs quotes: write "${reference[1]}"`, from, reference[1].length);
  }
  const glued = /^(\s*(?:- )?)([\w./-]+):([^\s:].*)$/.exec(line);
  if (glued !== null && /IMPLICIT|MISSING_CHAR|BAD_INDENT/.test(error.code)) {
    const [, indent = "", key = "", value = ""] = glued;
    const from = lineStart + indent.length + key.length;
    return at(`a space is missing after the colon: write "${key}: ${value.trim()}"`, from);
  }
  switch (error.code) {
    case "BLOCK_AS_IMPLICIT_KEY": {
      const second = /^[^:]*:\s+\S.*?(:)(\s|$)/.exec(line);
      if (second !== null) {
        const from = lineStart + second[0].lastIndexOf(":");
        return at('a second ": " on one line: put the value in quotes, or the inner key on a line of its own', from);
      }
      const next = text.slice(lineEnd + 1, endOfLine(text, lineEnd + 1));
      const indent = next.length - next.trimStart().length;
      const message = "this line is indented deeper than the one before it, which already has a value: line them up";
      return at(message, lineEnd + 1 + indent, Math.max(1, next.trim().length));
    }
    case "BAD_INDENT":
    case "BAD_COLLECTION_TYPE": {
      const indent = line.length - line.trimStart().length;
      const message = "this line does not line up with the lines above: the keys of one section begin in one column";
      return at(message, lineStart + indent, Math.max(1, line.trim().length));
    }
    case "MULTILINE_IMPLICIT_KEY":
    case "MISSING_CHAR":
      return explainMissing(error, line, lineStart, text);
    case "BAD_SCALAR_START":
      return at(`a value cannot begin with "${text[start] ?? ""}": put it in quotes`, start);
    default:
      return at(lowerFirst(error.message), start, Math.max(1, Math.min(error.pos[1], lineEnd) - start));
  }
}

function at(message: string, from: number, length = 1): Explained {
  return { message, start: from, end: from + length };
}

function explainMissing(error: YamlError, line: string, lineStart: number, text: string): Explained {
  const start = error.pos[0];
  if (/closing .quote/.test(error.message)) {
    return at("a closing quote is missing", openQuoteBefore(text, start));
  }
  if (/map keys|single line/.test(error.message)) {
    const indent = line.length - line.trimStart().length;
    const word = line.trim();
    const message = `expected "key: value", found ${JSON.stringify(word)}: a colon is missing, or the line above is not finished`;
    return at(message, lineStart + indent, Math.max(1, word.length));
  }
  return at(lowerFirst(error.message), start);
}

/** Where the slip is: a complaint about the end of a line is one about the line behind it. */
function mendableAt({ code, pos }: YamlError, text: string): number {
  const start = Math.min(pos[0], text.length);
  const lineEnds = code === "BAD_INDENT" ? /^[\r\n]*/.exec(text.slice(start, start + 100)) : null;
  return start + (lineEnds?.[0].length ?? 0);
}

/** A bracket on the line above that the line does not close. */
function openBracketBefore(text: string, lineStart: number): number | undefined {
  const before = text.lastIndexOf("\n", lineStart - 2) + 1;
  const line = withoutQuotes(text.slice(before, Math.max(before, lineStart - 1)));
  const open: number[] = [];
  for (let i = 0; i < line.length; i++) {
    if (line[i] === "[" || line[i] === "{") open.push(before + i);
    else if (line[i] === "]" || line[i] === "}") open.pop();
  }
  return open.at(-1);
}

/** The first quote that begins a value and is not closed on its line: far from where the parser noticed. */
function openQuoteBefore(text: string, end: number): number {
  let lineStart = 0;
  for (const line of text.slice(0, end).split("\n")) {
    const open = /(?:^|[:[{,-]\s*)(["'])/.exec(withoutQuotes(line));
    if (open !== null) return lineStart + open.index + open[0].length - 1;
    lineStart += line.length + 1;
  }
  return end;
}

/** The line with quoted text and comments blanked out, letter for letter. */
function withoutQuotes(line: string): string {
  return line.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?:^|\s)#.*$/g, (part) => " ".repeat(part.length));
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
