import * as v from "valibot";
import { count, field, section } from "../../component/fields.ts";
import { proxyLimits, type LineLimits } from "./lines/limits.ts";

/** Room that identity, parent and the sign of span logs may need beside links. */
const identityTags = 8;

/** Below this a key or value says nothing any more. */
const minLength = 16;

function tags(about: string, value: number, least: number) {
  return field(v.pipe(count, v.minValue(least, `at least ${least} is needed`)), { about, default: value });
}

function length(about: string, value: number) {
  return field(v.pipe(count, v.minValue(minLength, `at least ${minLength} is needed`)), {
    about,
    default: value,
    unit: "UTF-16 units",
  });
}

/** The key `limits`: what the proxy, or the account behind it, takes. */
export const limitsSection = v.pipe(
  section({
    span_tags: tags("Tags of a span, with parent, followsFrom and _spanLogs", proxyLimits.spanTags, identityTags),
    span_key_length: length("Key of a span tag", proxyLimits.spanKeyLength),
    span_value_length: length("Value of a span tag", proxyLimits.spanValueLength),
    span_name_length: length("Name of a span", proxyLimits.spanNameLength),
    span_links: tags("Links of a span that become followsFrom; others go into span logs", proxyLimits.spanLinks, 0),
    point_tags: tags("Tags of a point", proxyLimits.pointTags, identityTags),
    point_key_length: length("Key of a point tag", proxyLimits.pointKeyLength),
    point_tag_length: length("Key and value of a point tag together", proxyLimits.pointTagLength),
    metric_name_length: length("Name of a metric", proxyLimits.metricNameLength),
    source_length: length("Source of spans and points", proxyLimits.sourceLength),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { spanTags, spanLinks, pointKeyLength, pointTagLength }: LineLimits = dataset.value;
    if (spanTags < spanLinks + identityTags) {
      addIssue({ message: `span_tags must be at least span_links + ${identityTags}` });
    }
    if (pointTagLength <= pointKeyLength) addIssue({ message: "point_tag_length must be above point_key_length" });
  }),
);
