import type { Logger } from "../../component/logger.ts";
import type { Settings } from "../../component/factory.ts";
import type { Counter } from "../../component/meter.ts";
import type { SenderObserver } from "../../component/senders.ts";
import { peerHost } from "../../net/peer-address.ts";

export type CorrectionKind = "content_type" | "path";

/** Mistakes that are named once each; those beyond are only counted. */
export const maxNamedCorrections = 256;

const messages: Readonly<Record<CorrectionKind, string>> = {
  content_type: "Request accepted although its Content-Type is wrong",
  path: "Request accepted although its path is wrong",
};

/** Requests that were taken although something about them is wrong: counted, and each mistake said once per peer. */
export class Corrections {
  readonly #logger: Logger;
  readonly #senders: SenderObserver | undefined;
  readonly #counters: Readonly<Record<CorrectionKind, Counter>>;
  readonly #named = new Set<string>();

  constructor(settings: Pick<Settings, "logger" | "meter" | "senders">) {
    this.#logger = settings.logger;
    this.#senders = settings.senders;
    const counter = (correction: CorrectionKind): Counter =>
      settings.meter.counter({
        name: "otelcol_receiver_corrected_requests",
        description: "Number of requests that were taken although something about them was wrong.",
        labels: { correction },
      });
    this.#counters = { content_type: counter("content_type"), path: counter("path") };
  }

  add(kind: CorrectionKind, peer: string, path: string, remedy: string): void {
    this.#counters[kind].add(1);
    this.#senders?.corrected({ peer, path, kind, remedy });
    const key = `${peerHost(peer)} ${remedy}`;
    if (this.#named.size >= maxNamedCorrections || this.#named.has(key)) return;
    this.#named.add(key);
    this.#logger.warn(messages[kind], { peer, path: path.slice(0, 500), remedy });
  }
}
