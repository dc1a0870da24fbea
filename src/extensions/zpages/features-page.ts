import type { Host } from "../../component/host.ts";
import { html, table } from "./html.ts";
import type { Page } from "./page.ts";

/** `/debug/featurez`: switches for behaviour that is new or on its way out. */
export function featuresPage(host: Host): Page {
  const gates = host.featureGates();
  const headings = ["ID", "Enabled", "Description", "Stage", "From Version", "To Version", "Reference URL"];
  return {
    title: "Feature Gates",
    body: html`
      ${table(
        headings,
        gates.map((gate) => [
          gate.id,
          String(gate.enabled),
          gate.description,
          gate.stage,
          gate.fromVersion,
          gate.toVersion,
          gate.referenceUrl,
        ]),
      )}
      ${gates.length === 0 ? html`<p class="faint">This collector has no feature gates.</p>` : undefined}
    `,
    json: { featureGates: gates },
  };
}
