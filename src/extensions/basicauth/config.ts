import * as v from "valibot";
import { optionalField, field, secret, section, string } from "../../component/fields.ts";

const htpasswd = v.pipe(
  section({
    file: field(string, { about: "File in htpasswd form, read at the start", default: "" }),
    inline: field(secret, { about: "Entries in htpasswd form; they go before those of the file", default: "" }),
  }),
  v.check(({ file, inline }) => file !== "" || inline.reveal() !== "", "no credential source provided"),
);

const clientAuth = v.pipe(
  section({
    username: field(string, { about: "Name to sign with", default: "" }),
    password: field(secret, { about: "Its password", default: "" }),
    username_file: field(string, { about: "File with the name, read again when it changes", default: "" }),
    password_file: field(string, { about: "File with the password, read again when it changes", default: "" }),
  }),
  v.check(
    ({ username, usernameFile }) => usernameFile !== "" || (username !== "" && !username.includes(":")),
    "username must be there, without a colon; give username or username_file",
  ),
);

/** Configuration of `basicauth` (reference §12.5): one side of it. */
export const basicAuthConfig = v.pipe(
  section({
    htpasswd: optionalField(htpasswd, { about: "Who may send, for receivers" }),
    client_auth: optionalField(clientAuth, { about: "Whom to sign as, for exporters" }),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { htpasswd, clientAuth } = dataset.value;
    if (htpasswd === undefined && clientAuth === undefined) addIssue({ message: "no credential source provided" });
    if (htpasswd !== undefined && clientAuth !== undefined) {
      addIssue({ message: "only one of `htpasswd` or `client_auth` can be specified" });
    }
  }),
);

export type HtpasswdConfig = v.InferOutput<typeof htpasswd>;
export type ClientAuthConfig = v.InferOutput<typeof clientAuth>;
