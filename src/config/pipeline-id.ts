import { parseComponentId } from "../component/component-id.ts";
import { signals, type Signal } from "../pdata/signal.ts";
import { suggestion } from "./nearest-name.ts";

export interface PipelineId {
  readonly id: string;
  readonly signal: Signal;
}

/** `traces` or `traces/2`. Throws with upstream's words. */
export function parsePipelineId(text: string): PipelineId {
  const { type, text: id } = parseComponentId(text);
  const signal = signals.find((one) => one === type);
  if (signal !== undefined) return { id, signal };
  if (type === "profiles") {
    throw new Error(`pipeline "${id}": profiles are not supported (valid signals: ${signals.join(", ")})`);
  }
  const valid = `${suggestion(type, signals)} (valid signals: ${signals.join(", ")})`;
  throw new Error(`in "${text}" id: unknown pipeline signal: "${type}"${valid}`);
}
