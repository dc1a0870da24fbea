import type { ComponentReport } from "../../component/host.ts";
import { html, table, type Html } from "./html.ts";

/** What each component took, gave and lost: the numbers of the ledger. */
export function componentTable(components: readonly ComponentReport[], nowUnixMs: number): Html {
  const headings = [
    "Component",
    "Kind",
    "Pipelines",
    "Status",
    "Accepted",
    "Refused",
    "Sent",
    "Queued",
    "In flight",
    "Dropped",
  ];
  const rows = components
    .filter((component) => component.kind !== "extension")
    .map((component) => [
      component.signal === undefined
        ? component.id.text
        : html`${component.id.text}<br /><span class="faint">${component.signal}</span>`,
      component.kind,
      component.pipelines.join(", "),
      statusText(component),
      component.accepted,
      component.refused,
      component.sent,
      component.held - component.inFlight,
      component.inFlight,
      droppedText(component.dropped),
      lastErrorText(component, nowUnixMs),
    ]);
  return table([...headings, "Last error"], rows);
}

/** The same for programs. */
export function componentJson(component: ComponentReport): unknown {
  const { id, lastError, ...rest } = component;
  return {
    id: id.text,
    ...rest,
    lastError: lastError && { message: lastError.message, time: new Date(lastError.unixMs).toISOString() },
  };
}

export function statusText({ status }: ComponentReport): Html {
  const isBad = status === "recoverable_error" || status === "permanent_error" || status === "fatal_error";
  return isBad ? html`<span class="bad">${status}</span>` : html`${status}`;
}

export function droppedText(dropped: ComponentReport["dropped"]): Html | number {
  const reasons = Object.entries(dropped).filter(([, itemCount]) => itemCount > 0);
  if (reasons.length === 0) return 0;
  return html`${reasons.map(([reason, itemCount]) => html`<span class="bad">${itemCount} ${reason}</span><br />`)}`;
}

export function lastErrorText({ lastError }: ComponentReport, nowUnixMs: number): Html {
  if (lastError === undefined) return html``;
  const time = new Date(lastError.unixMs).toISOString();
  return html`<time datetime="${time}">${ago(nowUnixMs - lastError.unixMs)}</time> <code>${lastError.message}</code>`;
}

export function ago(elapsedMs: number): string {
  const seconds = Math.max(0, Math.floor(elapsedMs / 1000));
  if (seconds < 120) return `${seconds} s ago:`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ago:`;
  return `${Math.floor(seconds / 3600)} h ago:`;
}
