const quote = 34;
const comma = 44;
const colon = 58;
const backslash = 92;

/** Compact JSON with a space after each `:` and `,` outside of strings, as upstream's console encoder writes fields. */
export function spacedJson(json: string): string {
  let result = "";
  let start = 0;
  let isInString = false;
  for (let pos = 0; pos < json.length; pos++) {
    const code = json.charCodeAt(pos);
    if (isInString) {
      if (code === backslash) pos++;
      else if (code === quote) isInString = false;
    } else if (code === quote) {
      isInString = true;
    } else if (code === comma || code === colon) {
      result += `${json.slice(start, pos + 1)} `;
      start = pos + 1;
    }
  }
  return result + json.slice(start);
}
