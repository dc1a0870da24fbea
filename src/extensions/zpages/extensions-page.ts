import type { Host } from "../../component/host.ts";
import { componentJson, lastErrorText, statusText } from "./component-table.ts";
import { html, link, table } from "./html.ts";
import { pagePaths, type Page } from "./page.ts";

/** `/debug/extensionz`: what else runs beside the pipelines. */
export function extensionsPage(host: Host, query: URLSearchParams, nowUnixMs: number): Page {
  const extensions = host
    .components()
    .filter((component) => component.kind === "extension")
    .toSorted((a, b) => (a.id.text < b.id.text ? -1 : 1));
  const chosen = query.get("zextensionname");
  return {
    title: "Extensions",
    body: html`
      ${table(
        ["Extension", "Status", "Last error"],
        extensions.map((extension) => [
          link(pagePaths.extensions, { zextensionname: extension.id.text }, extension.id.text),
          statusText(extension),
          lastErrorText(extension, nowUnixMs),
        ]),
      )}
      ${chosen === null ? undefined : html`<h3>extension: ${chosen}</h3>`}
    `,
    json: { extensions: extensions.map(componentJson) },
  };
}
