import type { Random } from "../../random.ts";

const pieces = [
  ..."abcXYZ019 .,-_/:=#@*~'\"\\",
  "\n",
  "\r",
  "\t",
  "\u0004",
  "\u0000",
  "\u001f",
  "\u007f",
  "\u0085",
  "\u00a0",
  "ß",
  "€",
  "∆",
  "Δ",
  "日",
  "😀",
  "👍🏽",
  "\u2028",
  "\u3000",
  "\ufeff",
  "source",
  "traceId=",
  "x".repeat(60),
  "é".repeat(40),
  "😀".repeat(30),
  " ".repeat(20),
];

const odd = (
  "|space|\\|\\\\|\n|~|∆|Δ|∆~|123|0|host|source|_source|tag|traceId|spanId|parent|followsFrom|_spanLogs|span.kind|" +
  "error|service|service.name|application|cluster|shard|otel.scope.name|otel.status_description|name|le|quantile|" +
  "a b|a:b|a-b"
)
  .replace("space", " ")
  .split("|");

/** Text made of everything that line formats, decoders and UTF-8 have ever stumbled over. */
export function hostileText(random: Random): string {
  if (random.chance(40)) return random.pick(odd);
  let text = "";
  for (let count = random.below(9); count > 0; count--) text += random.pick(pieces);
  return text;
}
