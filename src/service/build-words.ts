import type { Component } from "../component/component.ts";
import type { Factory } from "../component/factory.ts";
import type { Logger } from "../component/logger.ts";
import type { ConfiguredComponent } from "../config/config.ts";
import type { Signal } from "../pdata/signal.ts";
import { errorText } from "../telemetry/error-text.ts";

/** The section of a component. Throws if there is none, which a checked configuration does not do. */
export function found<F extends Factory>(
  section: ReadonlyMap<string, ConfiguredComponent<F>>,
  kind: string,
  id: string,
): ConfiguredComponent<F> {
  const component = section.get(id);
  if (component === undefined) {
    const what = kind === "extension" ? "extensions" : "pipelines";
    throw new Error(`failed to build ${what}: ${kind} "${id}" is not configured`);
  }
  return component;
}

/** Throws with upstream's words for a signal that the component does not know. */
export function assertSignal(factory: Exclude<Factory, { kind: "extension" }>, id: string, signal: Signal): void {
  if (factory.signals.includes(signal)) return;
  throw new Error(
    `failed to build pipelines: failed to create "${id}" ${factory.kind} for data type "${signal}": telemetry type is not supported`,
  );
}

/** What `create` throws, in upstream's words around it. */
export function created<C extends Component>(factory: Factory, id: string, create: () => C): C {
  try {
    return create();
  } catch (error) {
    const where = factory.kind === "extension" ? "failed to build extensions" : "failed to build pipelines";
    const what = factory.kind === "extension" ? `extension "${id}"` : `"${id}" ${factory.kind}`;
    throw new Error(`${where}: failed to create ${what}: ${errorText(error)}`, { cause: error });
  }
}

/** Upstream's notice of how settled a component is: shown for those that may change or go. */
export function logStability(logger: Logger, factory: Factory): void {
  switch (factory.stability) {
    case "development":
      return logger.info("Development component. May change in the future.");
    case "deprecated":
      return logger.info("Deprecated component. Will be removed in future releases.");
    case "alpha":
      return logger.debug("Alpha component. May change in the future.");
    case "beta":
      return logger.debug("Beta component. May change in the future.");
    case "stable":
      return logger.debug("Stable component.");
  }
}
