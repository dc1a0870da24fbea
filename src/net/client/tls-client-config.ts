import * as v from "valibot";
import { boolean, duration, field, list, oneOf, section, secret, string } from "../../component/fields.ts";
import { curveNames, isKnownCipherSuite } from "./tls-names.ts";

const versions = ["", "1.0", "1.1", "1.2", "1.3"] as const;

const tpmSection = v.pipe(
  section({
    enabled: field(boolean, { about: "Keeps the private key in a TPM; not supported", default: false }),
    path: field(string, { about: "Device of the TPM; no effect", default: "" }),
    owner_auth: field(secret, { about: "Owner's password of the TPM; no effect", default: "" }),
    auth: field(secret, { about: "Password of the key; no effect", default: "" }),
  }),
  v.check(({ enabled }) => !enabled, "A TPM is not supported here: give the key in key_file or key_pem"),
);

const tlsSection = v.pipe(
  section({
    insecure: field(boolean, { about: "No TLS; without effect when a CA is given", default: false }),
    insecure_skip_verify: field(boolean, {
      about: "TLS with whoever answers: no certificate is checked",
      default: false,
    }),
    server_name_override: field(string, { about: "Name that the server's certificate must have", default: "" }),
    ca_file: field(string, { about: "File with the authorities of server certificates, PEM", default: "" }),
    ca_pem: field(secret, { about: "The authorities themselves, PEM", default: "" }),
    include_system_ca_certs_pool: field(boolean, {
      about: "Trusts the authorities of the machine beside those given",
      default: false,
    }),
    cert_file: field(string, { about: "File with the client's certificate chain, PEM", default: "" }),
    cert_pem: field(secret, { about: "The certificate chain itself, PEM", default: "" }),
    key_file: field(string, { about: "File with the client's private key, PEM", default: "" }),
    key_pem: field(secret, { about: "The private key itself, PEM", default: "" }),
    min_version: field(oneOf(versions), { about: "Lowest TLS version", default: "1.2" }),
    max_version: field(oneOf(versions), { about: "Highest TLS version; empty is the highest there is", default: "" }),
    cipher_suites: field(list(v.string()), {
      about: "Cipher suites below TLS 1.3 that are allowed, by their IANA names",
      default: [],
    }),
    include_insecure_cipher_suites: field(boolean, { about: "Lets cipher_suites name weak ones", default: false }),
    curve_preferences: field(list(v.string()), {
      about: "Key exchange groups that are allowed: P256, P384, P521, X25519, X25519MLKEM768",
      default: [],
    }),
    reload_interval: field(duration, {
      about: "Age after which files are read again for the next connection; 0 is never",
      default: "0s",
    }),
    tpm: field(tpmSection, { about: "Private key in a TPM; not supported", default: {} }),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { caFile, caPem, certFile, certPem, keyFile, keyPem, minVersion, maxVersion } = dataset.value;
    const hasCertPem = certPem.reveal() !== "";
    const hasKeyPem = keyPem.reveal() !== "";
    if (caFile !== "" && caPem.reveal() !== "") {
      addIssue({ message: "provide either a CA file or the PEM-encoded string, but not both" });
    }
    if (certFile !== "" && hasCertPem) {
      addIssue({ message: "provide either certificate file or PEM, but not both" });
    }
    if (keyFile !== "" && hasKeyPem) addIssue({ message: "provide either key file or PEM, but not both" });
    if ((certFile !== "" || hasCertPem) !== (keyFile !== "" || hasKeyPem)) {
      addIssue({
        message: "TLS configuration must include both certificate and key (CertFile/CertPem and KeyFile/KeyPem)",
      });
    }
    if (maxVersion !== "" && maxVersion < (minVersion === "" ? "1.2" : minVersion)) {
      addIssue({ message: "invalid TLS configuration: min_version cannot be greater than max_version" });
    }
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { cipherSuites, includeInsecureCipherSuites, curvePreferences, reloadInterval } = dataset.value;
    for (const name of cipherSuites) {
      if (!isKnownCipherSuite(name, includeInsecureCipherSuites)) {
        addIssue({ message: `invalid TLS cipher suite: ${JSON.stringify(name)}` });
      }
    }
    for (const name of curvePreferences) {
      if (!Object.hasOwn(curveNames, name)) {
        addIssue({
          message: `invalid curve type: ${name}. Expected values are [${Object.keys(curveNames).join(" ")}]`,
        });
      }
    }
    if (reloadInterval < 0) addIssue({ message: "reload_interval must not be negative" });
  }),
);

export type TlsClientConfig = v.InferOutput<typeof tlsSection>;

/** The key `tls` of a client, with upstream's keys. Files are read when the client starts. */
export const tlsClientField = field(tlsSection, { about: "TLS of the connection", default: {} });

/** Whether a connection that may be plain is plain: `insecure` counts only without a CA, as upstream has it. */
export function isPlaintext({ insecure, caFile, caPem }: TlsClientConfig): boolean {
  return insecure && caFile === "" && caPem.reveal() === "";
}
