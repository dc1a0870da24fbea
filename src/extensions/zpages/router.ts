import type { IncomingMessage, ServerResponse } from "node:http";
import type { Host } from "../../component/host.ts";
import type { SendersReport } from "../../component/senders.ts";
import { extensionsPage } from "./extensions-page.ts";
import { featuresPage } from "./features-page.ts";
import { html } from "./html.ts";
import { ledgerPage } from "./ledger-page.ts";
import { pagePaths, renderPage, type MakePage, type Page } from "./page.ts";
import { pipelinesPage } from "./pipelines-page.ts";
import { sendersPage } from "./senders-page.ts";
import { servicePage } from "./service-page.ts";
import { tracesPage } from "./traces-page.ts";

export interface RouterOptions {
  readonly host: Host;
  readonly now: () => number;
  readonly hasExpvar: boolean;
  readonly senders: () => SendersReport;
}

const pages: Readonly<Record<string, MakePage>> = {
  "/": indexPage,
  "/debug": indexPage,
  [pagePaths.service]: servicePage,
  [pagePaths.pipelines]: pipelinesPage,
  [pagePaths.ledger]: ledgerPage,
  [pagePaths.extensions]: extensionsPage,
  [pagePaths.features]: featuresPage,
  [pagePaths.traces]: tracesPage,
};

const commonHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  // Nothing of the page may run or load, whatever text a component name or an error brings into it.
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
};

/** Answers one request. Pages are read-only: there is nothing that a foreign web page could make them do. */
export function answer(request: IncomingMessage, response: ServerResponse, options: RouterOptions): void {
  request.resume();
  if (request.method !== "GET" && request.method !== "HEAD") {
    send(response, 405, "text/plain; charset=utf-8", "Method not allowed: these pages are read with GET\n", {
      allow: "GET, HEAD",
    });
    return;
  }
  // Only path and query count; the base makes the address whole and is never shown.
  const url = URL.parse(request.url ?? "/", "http://localhost");
  const path = url?.pathname.replace(/(?<=.)\/$/, "") ?? "";
  if (options.hasExpvar && path === "/debug/expvarz") {
    sendJson(response, { cmdline: process.argv, memory: process.memoryUsage() });
    return;
  }
  const sendersPath: string = pagePaths.senders;
  const makePage = path === sendersPath ? sendersPageOf(options) : Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (makePage === undefined || url === null) {
    const known = Object.values(pagePaths).join(", ");
    send(response, 404, "text/plain; charset=utf-8", `404 page not found, there are ${known}\n`);
    return;
  }
  const page = makePage(options.host, url.searchParams, options.now());
  if (wantsJson(request, url.searchParams)) sendJson(response, page.json);
  else send(response, 200, "text/html; charset=utf-8", renderPage(page, path));
}

function sendersPageOf({ senders }: RouterOptions): MakePage {
  return (_host, _query, nowUnixMs) => sendersPage(senders(), nowUnixMs);
}

function indexPage(): Page {
  const paths = Object.values(pagePaths);
  return {
    title: "zPages",
    body: html`<ul>
      ${paths.map((path) => html`<li><a href="${path}">${path}</a></li>`)}
    </ul>`,
    json: { pages: paths },
  };
}

function wantsJson(request: IncomingMessage, query: URLSearchParams): boolean {
  const format = query.get("format");
  if (format !== null) return format === "json";
  const accept = request.headers.accept ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

function sendJson(response: ServerResponse, value: unknown): void {
  send(response, 200, "application/json; charset=utf-8", `${JSON.stringify(value, null, 2)}\n`);
}

function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(text);
  response.writeHead(status, {
    ...commonHeaders,
    ...headers,
    "content-type": contentType,
    "content-length": body.length,
  });
  // Node leaves the body out where the request was HEAD.
  response.end(body);
}
