import * as v from "valibot";
import { field, headers } from "../../component/fields.ts";

/** A token of RFC 9110. */
const nameRule = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible characters, spaces and tabs; a line break would be a header of its own. */
const valueRule = /^[\t\x20-\x7e\x80-\xff]*$/;
/** They belong to the connection, and the client sets them. */
const reserved = ["connection", "content-length", "expect", "keep-alive", "te", "transfer-encoding", "upgrade"];

/** Why a header cannot be sent; the value is not told, because it may be a token. */
export function headerProblem(name: string, value: string): string | undefined {
  if (!nameRule.test(name)) return `invalid header field name ${JSON.stringify(name)}`;
  if (!valueRule.test(value))
    return `invalid header field value for ${JSON.stringify(name)}: line breaks and characters beyond latin-1 are not allowed`;
  if (reserved.includes(name.toLowerCase()))
    return `header ${JSON.stringify(name)} belongs to the connection: remove it`;
  return undefined;
}

/** The key `headers` of a client. */
export const clientHeadersField = field(
  v.pipe(
    headers,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const [name, value] of dataset.value) {
        const message = headerProblem(name, value.reveal());
        if (message !== undefined) addIssue({ message });
      }
    }),
  ),
  { about: "Headers of every request", default: {} },
);
