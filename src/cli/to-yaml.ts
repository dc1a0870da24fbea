import { stringify } from "yaml";

/** YAML that reads the same in 1.1 and 1.2: what one of them takes for a number or boolean is quoted. */
export function toYaml(value: unknown): string {
  return stringify(value, { schema: "yaml-1.1", lineWidth: 0, aliasDuplicateObjects: false });
}
