import type { Host } from "../../component/host.ts";
import { Html, html, link } from "./html.ts";

/** One page, for people and for programs. */
export interface Page {
  readonly title: string;
  readonly body: Html;
  readonly json: unknown;
}

export type MakePage = (host: Host, query: URLSearchParams, nowUnixMs: number) => Page;

export const pagePaths = {
  service: "/debug/servicez",
  pipelines: "/debug/pipelinez",
  ledger: "/debug/ledger",
  senders: "/debug/senders",
  extensions: "/debug/extensionz",
  features: "/debug/featurez",
  traces: "/debug/tracez",
} as const;

const navigation: readonly (readonly [string, string])[] = [
  [pagePaths.service, "Service"],
  [pagePaths.pipelines, "Pipelines"],
  [pagePaths.ledger, "Ledger"],
  [pagePaths.senders, "Senders"],
  [pagePaths.extensions, "Extensions"],
  [pagePaths.features, "Features"],
  [pagePaths.traces, "Traces"],
];

const css = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 76rem; padding: 1rem; }
nav a { margin-right: 1rem; }
nav a[aria-current] { font-weight: 600; text-decoration: none; color: inherit; }
h2 { font-size: 1.4rem; margin: 1rem 0 .5rem; }
h3 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top; }
thead th { white-space: nowrap; }
td.number { font-variant-numeric: tabular-nums; text-align: right; }
.bad { color: #c0392b; font-weight: 600; }
@media (prefers-color-scheme: dark) { .bad { color: #ff8a75; } }
.faint { opacity: .65; }
code { overflow-wrap: anywhere; }
`;

/** The page as a whole document. There are no scripts. */
export function renderPage(page: Page, path: string): string {
  const links = navigation.map(([target, name]) =>
    target === path ? html`<a href="${target}" aria-current="page">${name}</a>` : link(target, {}, name),
  );
  const document = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${page.title}</title>
      <style>
        ${new Html(css)}
      </style>
    </head>
    <body>
      <nav>${links}</nav>
      <h2>${page.title}</h2>
      ${page.body}
    </body>
  </html>`;
  return `<!doctype html>\n${document.text}\n`;
}
