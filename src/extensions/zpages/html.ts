/** Markup that needs no more escaping. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Content = Html | string | number | undefined | readonly Content[];

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Markup with values: whatever is not `Html` is escaped, lists are joined, `undefined` is nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  let text = parts[0] ?? "";
  for (const [index, value] of values.entries()) text += render(value) + (parts[index + 1] ?? "");
  return new Html(text);
}

function render(value: Content): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map((item) => render(item)).join("");
  return String(value).replaceAll(/[&<>"']/g, (character) => escapes[character] ?? "");
}

/** A table with column headings. */
export function table(headings: readonly string[], rows: readonly (readonly Content[])[]): Html {
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          ${headings.map((heading) => html`<th scope="col">${heading}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td ${typeof cell === "number" ? html`class="number"` : ""}>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** A table of names and values. */
export function properties(rows: readonly (readonly [string, Content])[]): Html {
  return html`<table>
    <tbody>
      ${rows.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${value}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** A link to a page of this server. */
export function link(path: string, query: Readonly<Record<string, string>>, content: Content): Html {
  const search = new URLSearchParams(query).toString();
  return html`<a href="${search === "" ? path : `${path}?${search}`}">${content}</a>`;
}
