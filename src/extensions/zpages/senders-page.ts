import type { MistakeReport, SenderReport, SendersReport } from "../../component/senders.ts";
import { ago } from "./component-table.ts";
import { html, table, type Html } from "./html.ts";
import type { Page } from "./page.ts";

/** `/debug/senders`: who sends what, and whose requests are wrong. */
export function sendersPage({ senders, mistakes, forgotten }: SendersReport, nowUnixMs: number): Page {
  return {
    title: "Senders",
    body: html`
      ${senders.length === 0 ? html`<p class="faint">Nobody has sent anything yet.</p>` : senderTable(senders, nowUnixMs)}
      <h3>Requests that were wrong</h3>
      ${mistakes.length === 0 ? html`<p class="faint">None.</p>` : mistakeTable(mistakes, nowUnixMs)}
      ${forgotten === 0 ? "" : html`<p class="faint">${forgotten} rows made way for later ones.</p>`}
    `,
    json: { senders: senders.map(withTimes), mistakes: mistakes.map(withTimes), forgotten },
  };
}

function senderTable(senders: readonly SenderReport[], nowUnixMs: number): Html {
  return table(
    ["Peer", "Service", "Instance", "SDK", "Protocol", "Items", "Requests", "Refused items", "Last seen"],
    senders.map((sender) => [
      sender.peer,
      sender.serviceName,
      sender.instance,
      sender.sdk,
      sender.protocols.join(", "),
      html`${Object.entries(sender.items).map(([signal, count]) => html`${count} ${signal}<br />`)}`,
      sender.requests,
      sender.refusedItems === 0 ? 0 : html`<span class="bad">${sender.refusedItems}</span> ${sender.lastRefusal}`,
      ago(nowUnixMs - sender.lastSeenUnixMs).replace(":", ""),
    ]),
  );
}

function mistakeTable(mistakes: readonly MistakeReport[], nowUnixMs: number): Html {
  return table(
    ["Peer", "Outcome", "Reason", "Count", "Path", "Error", "What to change", "Last seen"],
    mistakes.map(({ peer, outcome, reason, count, path, error, remedy, lastSeenUnixMs }) => [
      peer,
      outcome === "rejected" ? html`<span class="bad">rejected</span>` : "accepted all the same",
      reason,
      count,
      path,
      error,
      remedy,
      ago(nowUnixMs - lastSeenUnixMs).replace(":", ""),
    ]),
  );
}

function withTimes<R extends { readonly lastSeenUnixMs: number }>({ lastSeenUnixMs, ...rest }: R): unknown {
  return { ...rest, lastSeen: new Date(lastSeenUnixMs).toISOString() };
}
