import * as v from "valibot";
import { field, list, secret, section, string } from "../../component/fields.ts";

/** Configuration of `bearertokenauth` (reference §12.5). */
export const bearerTokenAuthConfig = v.pipe(
  section({
    scheme: field(string, { about: "Word before the token; empty is none", default: "Bearer" }),
    header: field(v.pipe(string, v.nonEmpty("header must not be empty")), {
      about: "Header that holds the token",
      default: "Authorization",
    }),
    token: field(secret, { about: "The token", default: "" }),
    tokens: field(list(secret), { about: "Tokens that clients may show; the first is sent", default: [] }),
    filename: field(string, {
      about: "File with one token a line, read again when it changes; it goes before `token` and `tokens`",
      default: "",
    }),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { token, tokens, filename } = dataset.value;
    const hasToken = token.reveal() !== "";
    if (!hasToken && tokens.length === 0 && filename === "") addIssue({ message: "no bearer token provided" });
    if (hasToken && tokens.length > 0) addIssue({ message: "either tokens or token should be provided, not both" });
    if (tokens.some((each) => each.reveal() === "")) addIssue({ message: "an empty token in tokens" });
  }),
);

export type BearerTokenAuthConfig = v.InferOutput<typeof bearerTokenAuthConfig>;
