import * as v from "valibot";
import { count, field, oneOf, optionalField, section } from "../../component/fields.ts";
import { accountLimits, proxyLimits, type LineLimits } from "./lines/limits.ts";

/** Room that identity, parent and the sign of span logs may need beside links. */
const identityTags = 8;

/** Below this a key or value says nothing any more. */
const minLength = 16;

const profiles = { proxy: proxyLimits, account: accountLimits } as const;

/** A key whose default is that of the profile. */
function limit(about: string, of: keyof LineLimits, least: number, unit?: string) {
  const [ofProxy, ofAccount] = [proxyLimits[of], accountLimits[of]];
  const text = ofProxy === ofAccount ? about : `${about}; ${ofAccount} with the profile account`;
  const number = v.pipe(count, v.minValue(least, `at least ${least} is needed`), v.metadata({ default: ofProxy }));
  return optionalField(number, { about: text, ...(unit !== undefined && { unit }) });
}

function tags(about: string, of: keyof LineLimits, least: number) {
  return limit(about, of, least);
}

function length(about: string, of: keyof LineLimits) {
  return limit(about, of, minLength, "UTF-16 units");
}

/** The key `limits`: what the proxy, or the account behind it, takes. */
export const limitsSection = v.pipe(
  section({
    profile: field(oneOf(["proxy", "account"]), {
      about: "Defaults of the limits: `proxy`, what a proxy ships with; `account`, what is documented for new accounts",
      default: "proxy",
    }),
    span_tags: tags("Tags of a span, with parent, followsFrom and _spanLogs", "spanTags", identityTags),
    span_key_length: length("Key of a span tag", "spanKeyLength"),
    span_value_length: length("Value of a span tag", "spanValueLength"),
    span_name_length: length("Name of a span", "spanNameLength"),
    span_links: tags("Links of a span that become followsFrom; others go into span logs", "spanLinks", 0),
    point_tags: tags("Tags of a point", "pointTags", identityTags),
    point_key_length: length("Key of a point tag", "pointKeyLength"),
    point_tag_length: length("Key and value of a point tag together", "pointTagLength"),
    metric_name_length: length("Name of a metric", "metricNameLength"),
    source_length: length("Source of spans and points", "sourceLength"),
  }),
  v.transform(({ profile, ...written }): LineLimits => {
    const limits: Record<string, number> = { ...profiles[profile] };
    for (const [key, value] of Object.entries(written)) if (value !== undefined) limits[key] = value;
    return limits as unknown as LineLimits;
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { spanTags, spanLinks, pointKeyLength, pointTagLength } = dataset.value;
    if (spanTags < spanLinks + identityTags) {
      addIssue({ message: `span_tags must be at least span_links + ${identityTags}` });
    }
    if (pointTagLength <= pointKeyLength) addIssue({ message: "point_tag_length must be above point_key_length" });
  }),
);
