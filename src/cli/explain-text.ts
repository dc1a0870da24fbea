import type { Explained } from "../config/explain.ts";
import { wrapText } from "./wrap-text.ts";

const width = 110;

/** What `otelcol explain` prints of one place. */
export function explainText(one: Explained): string {
  const { path, about, type, factory, keys } = one;
  const lines = [path.join("::"), `  ${about.replaceAll("`", "")}`];
  if (factory !== undefined) {
    const aliases = factory.aliases?.map((alias) => alias.type) ?? [];
    lines.push(
      "",
      ...(aliases.length > 0 ? [`  also     ${aliases.join(", ")}`] : []),
      `  stability  ${factory.stability}`,
    );
    if (factory.kind !== "extension") lines.push(`  signals    ${factory.signals.join(", ")}`);
  } else {
    lines.push("", `  type     ${type}${one.unit === undefined ? "" : ` (${one.unit})`}`);
    if (keys.length === 0) lines.push(`  default  ${one.default ?? "none"}`);
  }
  lines.push("", "  Example:", "", ...yamlAt(one).map((line) => `    ${line}`));
  if (keys.length > 0) lines.push("", "  Keys:", "", ...keyTable(one));
  return `${lines.join("\n")}\n`;
}

/** The place in a file, with the example or default of a key. */
function yamlAt({ path, example, default: value, keys }: Explained): readonly string[] {
  const text = example ?? value;
  return path.map((key, depth) => {
    const isLast = depth === path.length - 1;
    return `${"  ".repeat(depth)}${key}:${isLast && keys.length === 0 && text !== undefined ? ` ${text}` : ""}`;
  });
}

function keyTable({ keys }: Explained): readonly string[] {
  const left = Math.max(...keys.map(({ key }) => key.length));
  const indent = " ".repeat(left + 6);
  return keys.flatMap(({ key, type, default: value, about }) => [
    `    ${key.padEnd(left)}  ${type}${value === undefined ? "" : `, default ${value}`}`,
    ...(about === "" ? [] : wrapText(about.replaceAll("`", ""), width - indent.length)).map((line) => indent + line),
  ]);
}
