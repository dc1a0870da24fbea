import * as v from "valibot";
import { boolean, duration, field, oneOf, optionalField, secret, section, string } from "../component/fields.ts";

const versions = ["", "1.0", "1.1", "1.2", "1.3"] as const;

/** A key of upstream that has no effect here yet: only null passes, so that nobody relies on it. */
export function unsupported(about: string, message: string) {
  return optionalField(
    v.pipe(
      v.nullable(v.unknown()),
      v.check((value) => value === null, message),
    ),
    { about: `${about}; not supported yet`, unsupported: true },
  );
}

const notYet = "Not supported yet: remove this key";

/** The section `tls` of a server, with upstream's keys. Files are read when the server starts. */
export const tlsServerConfig = v.pipe(
  section({
    cert_file: field(string, { about: "File with the certificate chain of the server, PEM", default: "" }),
    cert_pem: field(string, { about: "The certificate chain itself, PEM", default: "" }),
    key_file: field(string, { about: "File with the private key of the server, PEM", default: "" }),
    key_pem: field(secret, { about: "The private key itself, PEM", default: "" }),
    client_ca_file: field(string, {
      about: "File with the authorities of client certificates, which are then required",
      default: "",
    }),
    min_version: field(oneOf(versions), { about: "Lowest TLS version", default: "1.2" }),
    max_version: field(oneOf(versions), { about: "Highest TLS version; empty is the highest there is", default: "" }),
    ca_file: field(string, { about: "For clients; no effect on a server", default: "" }),
    ca_pem: field(string, { about: "For clients; no effect on a server", default: "" }),
    include_system_ca_certs_pool: field(boolean, { about: "For clients; no effect on a server", default: false }),
    client_ca_file_reload: field(boolean, {
      about: "Reads `client_ca_file` again when it has changed, within a second",
      default: false,
    }),
    reload_interval: field(duration, {
      about: "Age after which certificate and key are read again for the next connection; 0 is never",
      default: "0s",
    }),
    cipher_suites: unsupported("Cipher suites that are allowed", notYet),
    include_insecure_cipher_suites: unsupported("Allows weak cipher suites", notYet),
    curve_preferences: unsupported("Key exchange curves that are allowed", notYet),
    tpm: unsupported("Keeps the key in a TPM", notYet),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { certFile, certPem, keyFile, keyPem, reloadInterval } = dataset.value;
    if (reloadInterval < 0) addIssue({ message: "reload_interval must not be negative" });
    const hasKeyPem = keyPem.reveal() !== "";
    if (certFile !== "" && certPem !== "") {
      addIssue({ message: "provide either a certificate or the PEM-encoded string, but not both" });
    }
    if (keyFile !== "" && hasKeyPem) {
      addIssue({ message: "provide either a key or the PEM-encoded string, but not both" });
    }
    if ((certFile === "" && certPem === "") || (keyFile === "" && !hasKeyPem)) {
      addIssue({ message: "TLS configuration must include both certificate and key for server connections" });
    }
  }),
);

export type TlsServerConfig = v.InferOutput<typeof tlsServerConfig>;
