/**
 * Everything that may happen to a line beside being written as upstream would: a closed list, so that each has a counter
 * and a place in the README. `code` is the one under which a proxy would have refused or cut the line.
 *
 * - `repaired`: the line was changed so that a proxy takes it as meant;
 * - `dropped`: the item has no line that would be right;
 * - `nothing`: the item says that there is nothing to send;
 * - `doubtful`: the line is right, but a proxy with default settings refuses or overlooks it.
 */
export type Outcome = "repaired" | "dropped" | "nothing" | "doubtful";

export interface Rule {
  readonly name: string;
  readonly outcome: Outcome;
  /** A sentence without full stop. */
  readonly about: string;
  readonly spanCode?: string;
  readonly pointCode?: string;
}

const list = [
  rule("key_empty", "repaired", "Attribute without key left out"),
  rule("value_empty", "repaired", "Empty or blank value left out", "WF-434", "WF-414"),
  rule("control_character", "repaired", "End-of-transmission character replaced by a blank"),
  rule("key_reserved", "repaired", "Attribute whose key the line format or the exporter uses got a leading _"),
  rule("key_numeric", "repaired", "Key of digits only, which would end the tags, got a leading _"),
  rule("key_sign", "repaired", "Key or name that is only a delta sign or ~ became -", "WF-416", "WF-400"),
  rule("key_collision", "repaired", "Keys that are equal once cleaned got a number"),
  rule("key_too_long", "repaired", "Key cut", "WF-432", "WF-412"),
  rule("value_too_long", "repaired", "Value cut; the whole value of a span tag is in a span log", "WF-433", "WF-411"),
  rule("trailing_backslash", "repaired", "Backslash at the end, which would escape the closing quote, taken off"),
  rule(
    "too_many_tags",
    "repaired",
    "Tags beyond the limit left out; those of a span are in a span log",
    "WF-430",
    "WF-410",
  ),
  rule("name_trimmed", "repaired", "Blanks around a span name taken off"),
  rule("name_too_long", "repaired", "Name cut; the whole name of a span is in a span log", "WF-428", "WF-408"),
  rule("source_blank", "repaired", "Blank source replaced by the name of this machine", "WF-426", "WF-406"),
  rule("source_too_long", "repaired", "Source cut", "WF-427", "WF-407"),
  rule("duration_negative", "repaired", "Span that ends before it starts got duration 0"),
  rule("duration_too_long", "repaired", "Duration of decades, which would be read as the end, cut"),
  rule("start_unset", "repaired", "Span without start time starts at its end"),
  rule("start_before_2001", "repaired", "Start time that would be read as seconds written in whole seconds"),
  rule("point_tag_overridden", "repaired", "Attribute of a point gave way to the identity of its resource"),
  rule("link_invalid", "repaired", "Link without valid ids left out"),
  rule("link_to_self", "repaired", "Link of a span to itself left out"),
  rule("bound_infinite", "repaired", "Infinite bucket bound replaced by the nearest finite one", "", "WF-300"),
  rule("bound_too_long", "repaired", "Bucket bound of many digits written with an exponent", "", "WF-411"),
  rule("zero_bucket", "repaired", "Zero bucket put at 0"),
  rule("histogram_without_buckets", "repaired", "Histogram without buckets sent as its count"),
  rule("histogram_thinned", "repaired", "Histogram of very many buckets thinned out"),
  rule("buckets_joined", "repaired", "Neighbouring buckets joined, as a proxy takes 64 centroids uncompressed"),
  rule("histogram_restarted", "repaired", "Cumulative histogram that began anew under its old start time"),
  rule("centroid_count_split", "repaired", "Centroid count above 2147483647 spread over several lines", "", "WF-300"),
  rule("centroid_count_cut", "repaired", "Centroid count beyond what several lines can hold cut", "", "WF-300"),
  rule("key_repeated", "doubtful", "Keys of a span that are equal once cleaned stand on its line several times"),
  rule("time_out_of_range", "doubtful", "Time that a proxy refuses by default", "", "WF-402"),
  rule("histogram_forgotten", "doubtful", "Series of cumulative histograms forgotten for want of room"),
  rule("series_shared", "doubtful", "Cumulative series of two senders under one source and tags: set instance_tag"),
  rule("trace_id_missing", "dropped", "Span without trace id"),
  rule("span_id_missing", "dropped", "Span without span id"),
  rule("span_name_empty", "dropped", "Span without name"),
  rule("time_not_expressible", "dropped", "Time after the year 2262"),
  rule("metric_name_empty", "dropped", "Metric without name"),
  rule("metric_without_data", "dropped", "Metric without data of a known kind"),
  rule("value_missing", "dropped", "Point without value", "", "WF-403"),
  rule("value_infinite", "dropped", "Point with an infinite value", "", "WF-300"),
  rule("delta_negative", "dropped", "Delta counter below zero", "", "WF-404"),
  rule("delta_nan", "dropped", "Delta counter that is not a number", "", "WF-404"),
  rule("histogram_malformed", "dropped", "Histogram whose buckets and bounds do not fit together"),
  rule("histogram_backwards", "dropped", "Cumulative histogram that holds less than before"),
  rule("temporality_missing", "dropped", "Histogram without aggregation temporality"),
  rule("no_recorded_value", "nothing", "Point flagged as having no recorded value"),
  rule("delta_zero", "nothing", "Delta counter of zero", "", "WF-404"),
  rule("histogram_first", "nothing", "First point of a series that began before: the next one is compared with it"),
  rule("histogram_repeated", "nothing", "Cumulative histogram that is no newer than the one before"),
  rule("histogram_empty", "nothing", "Histogram that counted nothing", "", "WF-405"),
] as const;

function rule<const N extends string>(name: N, outcome: Outcome, about: string, spanCode = "", pointCode = "") {
  return Object.freeze({
    name,
    outcome,
    about,
    ...(spanCode !== "" && { spanCode }),
    ...(pointCode !== "" && { pointCode }),
  }) as Rule & { readonly name: N };
}

export type RuleName = (typeof list)[number]["name"];

export const rules: readonly (Rule & { readonly name: RuleName })[] = list;
