import { KeyValueView, type RangeList } from "../../../pdata/views/index.ts";
import { attributeText } from "./attribute-text.ts";
import { isBlankText } from "./clean-text.ts";
import type { RuleTally } from "./rule-tally.ts";
import { readText } from "./text.ts";

const view = new KeyValueView();

/**
 * Attributes as text, in their order; of equal keys the last one counts. An attribute without key or with an empty or
 * blank value is left out: Wavefront has neither, and upstream loses the whole item over it. Keys of such values go into
 * `emptyKeys`.
 */
export function readAttributes(
  bytes: Uint8Array,
  ranges: RangeList,
  tally: RuleTally,
  emptyKeys?: Set<string>,
): Map<string, string> {
  const result = new Map<string, string>();
  for (let index = 0; index < ranges.length; index++) {
    view.at(bytes, ranges.start(index), ranges.end(index));
    const key = readText(bytes, view.keyStart, view.keyEnd);
    const value = attributeText(view.value);
    if (key === "") tally.hit("key_empty", value);
    else if (isBlankText(value)) {
      tally.hit("value_empty", key);
      result.delete(key);
      emptyKeys?.add(key);
    } else result.set(key, value);
  }
  return result;
}

/** As `readAttributes`, for span logs: their fields may be empty. */
export function readFields(bytes: Uint8Array, ranges: RangeList): Map<string, string> {
  const result = new Map<string, string>();
  for (let index = 0; index < ranges.length; index++) {
    view.at(bytes, ranges.start(index), ranges.end(index));
    result.set(readText(bytes, view.keyStart, view.keyEnd), attributeText(view.value));
  }
  return result;
}
