/** Key exchange groups: Go's names, which the configuration has, and OpenSSL's. */
export const curveNames: Readonly<Record<string, string>> = {
  P256: "P-256",
  P384: "P-384",
  P521: "P-521",
  X25519: "X25519",
  X25519MLKEM768: "X25519MLKEM768",
};

/** TLS 1.3 has no choice of suites in Go either: these names are accepted and always on. */
const tls13Suites: readonly string[] = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
];

const secureSuites: Readonly<Record<string, string>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: "ECDHE-ECDSA-AES128-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: "ECDHE-ECDSA-AES256-SHA",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: "ECDHE-RSA-AES128-SHA",
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: "ECDHE-RSA-AES256-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-RSA-CHACHA20-POLY1305",
};

/** Go's list of insecure suites, without RC4 and triple DES, which OpenSSL 3 has no more. */
const insecureSuites: Readonly<Record<string, string>> = {
  TLS_RSA_WITH_AES_128_CBC_SHA: "AES128-SHA",
  TLS_RSA_WITH_AES_256_CBC_SHA: "AES256-SHA",
  TLS_RSA_WITH_AES_128_CBC_SHA256: "AES128-SHA256",
  TLS_RSA_WITH_AES_128_GCM_SHA256: "AES128-GCM-SHA256",
  TLS_RSA_WITH_AES_256_GCM_SHA384: "AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: "ECDHE-ECDSA-AES128-SHA256",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: "ECDHE-RSA-AES128-SHA256",
};

export function isKnownCipherSuite(name: string, withInsecure: boolean): boolean {
  if (tls13Suites.includes(name) || Object.hasOwn(secureSuites, name)) return true;
  return withInsecure && Object.hasOwn(insecureSuites, name);
}

/** OpenSSL's cipher string for IANA names; `undefined` leaves the choice to Node. */
export function opensslCiphers(names: readonly string[]): string | undefined {
  const below13 = names.flatMap((name) => secureSuites[name] ?? insecureSuites[name] ?? []);
  return below13.length === 0 ? undefined : [...tls13Suites, ...below13].join(":");
}
