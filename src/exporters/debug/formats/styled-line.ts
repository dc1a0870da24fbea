export type Style = "plain" | "dim" | "bold" | "red" | "yellow" | "cyan";

const codes: Readonly<Record<Style, string>> = { plain: "", dim: "2", bold: "1", red: "31", yellow: "33", cyan: "36" };

/** What a line is written for: a terminal, or `undefined` for everything else. */
export interface LineTarget {
  readonly columns: number;
  readonly hasColour: boolean;
}

interface Piece {
  readonly text: string;
  readonly style: Style;
}

/**
 * One line out of pieces with styles. On a terminal it is cut to the width, without cutting a character; control characters
 * of data are shown as escapes, so that no sender moves somebody's cursor.
 */
export class StyledLine {
  readonly #pieces: Piece[] = [];

  add(text: string, style: Style = "plain"): this {
    if (text !== "") this.#pieces.push({ text: visible(text), style });
    return this;
  }

  /** With a line feed at the end. */
  text(target: LineTarget | undefined): string {
    if (target === undefined) return `${this.#pieces.map(({ text }) => text).join("")}\n`;
    let room = target.columns;
    let line = "";
    for (const { text, style } of this.#pieces) {
      const shown = fit(text, room);
      const code = target.hasColour ? codes[style] : "";
      line += code === "" ? shown.text : `\u001b[${code}m${shown.text}\u001b[0m`;
      if (shown.isCut) break;
      room -= shown.width;
    }
    return `${line}\n`;
  }
}

/** Without control characters; a line feed is `\n`. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (character) => {
    const known: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
    return known[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function fit(text: string, room: number): { readonly text: string; readonly width: number; readonly isCut: boolean } {
  let width = 0;
  let end = 0;
  /** Where to cut if the rest does not fit: one column is for the sign of it. */
  let lastEnd = 0;
  for (const character of text) {
    const next = width + widthOf(character);
    if (next > room) return { text: `${text.slice(0, lastEnd)}…`, width: room, isCut: true };
    width = next;
    end += character.length;
    if (width < room) lastEnd = end;
  }
  return { text, width, isCut: false };
}

/** Columns of a character: none for marks, two for the wide ones of East Asia and for pictures. */
function widthOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/^\p{M}/u.test(character) || code === 0x200d || (code >= 0xfe00 && code <= 0xfe0f)) return 0;
  const isWide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    code >= 0x20000;
  return isWide ? 2 : 1;
}
