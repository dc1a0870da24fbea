import type { Config, ConfiguredComponent } from "./config.ts";

/** Freezes what users wrote, so that no component can change what another one reads. */
export function freezeConfig(config: Config): Config {
  for (const section of [config.receivers, config.processors, config.exporters, config.extensions]) {
    for (const component of section.values()) freezeComponent(component);
  }
  deepFreeze(config.service);
  Object.freeze(config.notices);
  return Object.freeze(config);
}

function freezeComponent(component: ConfiguredComponent): void {
  deepFreeze(component.config);
  Object.freeze(component);
}

/** Plain objects and lists. Values of classes, such as maps and secrets, look after themselves. */
function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return;
  Object.freeze(value);
  for (const child of Object.values(value)) deepFreeze(child);
}
