import type { FactoryRegistry } from "../component/factory-registry.ts";
import type { Factory } from "../component/factory.ts";
import type { BuildInfo } from "../component/host.ts";
import { schemes } from "../config/retrieve.ts";

const kinds = ["receiver", "processor", "exporter", "connector", "extension"] as const;

/** What is built in, in upstream's layout (reference §1.1). */
export async function componentList(
  registry: FactoryRegistry,
  { command, description, version }: BuildInfo,
): Promise<unknown> {
  const result: Record<string, unknown> = { buildinfo: { command, description, version } };
  for (const kind of kinds) {
    const entries = registry.filter((entry) => entry.kind === kind);
    const factories = await Promise.all(entries.map((entry) => entry.load()));
    result[`${kind}s`] = factories
      .toSorted((a, b) => (a.type < b.type ? -1 : 1))
      .map((factory) => ({
        name: factory.type,
        module: `${command}/${kind}s/${factory.type} v${version}`,
        stability: stabilityOf(factory),
      }));
  }
  result["providers"] = schemes.map((scheme) => ({ scheme, module: `${command}/config/${scheme} v${version}` }));
  return result;
}

function stabilityOf(factory: Factory): Readonly<Record<string, string>> {
  const level = factory.stability.charAt(0).toUpperCase() + factory.stability.slice(1);
  if (factory.kind === "extension") return { extension: level };
  return Object.fromEntries(factory.signals.toSorted().map((signal) => [signal, level]));
}
