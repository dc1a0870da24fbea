import type { ComponentReport, Host, PipelineReport } from "../../component/host.ts";
import type { DropReason } from "../../component/ledger.ts";
import { droppedText } from "./component-table.ts";
import { html, table } from "./html.ts";
import type { Page } from "./page.ts";

/** What became of the items that one stage took: received + recovered = sent + queued + in flight + dropped. */
interface Account {
  readonly id: string;
  readonly received: number;
  /** Found on disk at the start; an earlier process received them. */
  readonly recovered: number;
  /** Answered with an error: whoever offered them still has them. */
  readonly refused: number;
  readonly sent: number;
  /** Waiting. */
  readonly queued: number;
  /** Being sent. */
  readonly inFlight: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** What the equation lacks; anything but 0 is a defect, or a batch that is being handed over at this moment. */
  readonly unaccounted: number;
}

interface PipelineAccount {
  readonly id: string;
  /** `undefined` where receivers also feed other pipelines, and no processor counts for this one alone. */
  readonly received: number | undefined;
  readonly refused: number | undefined;
  readonly receivers: readonly string[];
  readonly processors: readonly Account[];
  /** An exporter has one account for all pipelines of its signal. */
  readonly exporters: readonly (Account & { readonly pipelines: readonly string[] })[];
}

/** `/debug/ledger`: for each pipeline and exporter, where every item is. All numbers are of one moment. */
export function ledgerPage(host: Host): Page {
  const components = host.components();
  const pipelines = host
    .pipelines()
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((pipeline) => pipelineAccount(pipeline, components));
  const receivers = components
    .filter(({ kind }) => kind === "receiver")
    .map(({ id, pipelines: fed, accepted, refused }) => ({ id: id.text, pipelines: fed, received: accepted, refused }));
  const headings = [
    "Stage",
    "Received",
    "Recovered",
    "Refused",
    "Sent",
    "Queued",
    "In flight",
    "Dropped",
    "Unaccounted",
  ];
  return {
    title: "Ledger",
    body: html`
      <p>received + recovered = sent + queued + in flight + dropped. What was refused is still with its sender.</p>
      <h3>Receivers</h3>
      ${table(
        ["Receiver", "Pipelines", "Received", "Refused"],
        receivers.map((receiver) => [receiver.id, receiver.pipelines.join(", "), receiver.received, receiver.refused]),
      )}
      ${pipelines.map(
        ({ id, received, refused, processors, exporters }) => html`
          <h3>${id}</h3>
          ${received === undefined ? "" : html`<p>${received} received, ${refused} refused</p>`}
          ${table(headings, [...processors, ...exporters].map(row))}
        `,
      )}
    `,
    json: { receivers, pipelines },
  };
}

function row(account: Account): Parameters<typeof table>[1][number] {
  const { id, received, recovered, refused, sent, queued, inFlight, dropped, unaccounted } = account;
  const lack = unaccounted === 0 ? 0 : html`<span class="bad">${unaccounted}</span>`;
  return [id, received, recovered, refused, sent, queued, inFlight, droppedText(dropped), lack];
}

function pipelineAccount(pipeline: PipelineReport, components: readonly ComponentReport[]): PipelineAccount {
  const inPipeline = components.filter((component) => component.pipelines.includes(pipeline.id));
  const find = (kind: string, id: string): ComponentReport[] =>
    inPipeline.filter((component) => component.kind === kind && component.id.text === id).slice(0, 1);
  const processors = pipeline.processors.flatMap((id) => find("processor", id));
  const receivers = pipeline.receivers.flatMap((id) => find("receiver", id));
  // Each pipeline has processors of its own, so the first one has seen exactly what came in.
  const intake = processors.slice(0, 1);
  if (intake.length === 0 && receivers.every(({ pipelines }) => pipelines.length === 1)) intake.push(...receivers);
  const sum = (key: "accepted" | "refused"): number | undefined =>
    intake.length === 0 ? undefined : intake.reduce((total, component) => total + component[key], 0);
  return {
    id: pipeline.id,
    received: sum("accepted"),
    refused: sum("refused"),
    receivers: pipeline.receivers,
    processors: processors.map(account),
    exporters: pipeline.exporters
      .flatMap((id) => find("exporter", id))
      .map((exporter) => ({ ...account(exporter), pipelines: exporter.pipelines })),
  };
}

function account({ id, accepted, recovered, refused, sent, held, inFlight, dropped }: ComponentReport): Account {
  let unaccounted = accepted - sent - held;
  for (const itemCount of Object.values(dropped)) unaccounted -= itemCount;
  const received = accepted - recovered;
  const queued = held - inFlight;
  return { id: id.text, received, recovered, refused, sent, queued, inFlight, dropped, unaccounted };
}
