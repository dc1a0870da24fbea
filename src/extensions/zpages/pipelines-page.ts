import type { ComponentReport, Host, PipelineReport } from "../../component/host.ts";
import { componentJson, componentTable } from "./component-table.ts";
import { html, link, table, type Html } from "./html.ts";
import { pagePaths, type Page } from "./page.ts";

/** `/debug/pipelinez`: how components are connected; a link shows one of them. */
export function pipelinesPage(host: Host, query: URLSearchParams, nowUnixMs: number): Page {
  const pipelines = host.pipelines().toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const chosen = chosenComponent(query);
  const components = host.components();
  const shown = chosen === undefined ? components : components.filter((component) => isChosen(component, chosen));
  const headings = ["FullName", "InputType", "MutatesData", "Receivers", "Processors", "Exporters"];
  return {
    title: "builtPipelines",
    body: html`
      ${table(
        headings,
        pipelines.map((pipeline) => [
          pipeline.id,
          pipeline.signal,
          String(pipeline.mutatesData),
          stages(pipeline, "receiver", pipeline.receivers),
          html`→ ${stages(pipeline, "processor", pipeline.processors)}`,
          html`→ ${stages(pipeline, "exporter", pipeline.exporters)}`,
        ]),
      )}
      <h3>${chosen === undefined ? "Items by component" : `${chosen.kind}: ${chosen.name}`}</h3>
      ${componentTable(shown, nowUnixMs)}
    `,
    json: { pipelines, components: shown.map(componentJson) },
  };
}

function stages(pipeline: PipelineReport, kind: string, ids: readonly string[]): Html {
  const arrow = kind === "processor" ? " → " : ", ";
  return html`${ids.map((id, index) => [
    index === 0 ? "" : arrow,
    link(pagePaths.pipelines, { zpipelinename: pipeline.id, zcomponentname: id, zcomponentkind: kind }, id),
  ])}`;
}

interface Chosen {
  readonly pipeline: string | null;
  readonly name: string;
  readonly kind: string;
}

/** Upstream writes links with one spelling and reads another: both are understood. */
function chosenComponent(query: URLSearchParams): Chosen | undefined {
  const name = query.get("zcomponentname") ?? query.get("componentnamez");
  const kind = query.get("zcomponentkind") ?? query.get("componentkindz");
  if (name === null || kind === null) return undefined;
  return { name, kind, pipeline: query.get("zpipelinename") ?? query.get("pipelinenamez") };
}

function isChosen(component: ComponentReport, chosen: Chosen): boolean {
  if (component.id.text !== chosen.name || component.kind !== chosen.kind) return false;
  return chosen.pipeline === null || component.pipelines.includes(chosen.pipeline);
}
