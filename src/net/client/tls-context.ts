import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type tls from "node:tls";
import type { Clock } from "../../component/clock.ts";
import type { Logger } from "../../component/logger.ts";
import { nodeTls } from "../node-tls.ts";
import { systemErrorText } from "./system-error-text.ts";
import type { TlsClientConfig } from "./tls-client-config.ts";
import { curveNames, opensslCiphers } from "./tls-names.ts";

/**
 * Certificates and keys of a client, as the TLS library wants them. After `reload_interval` the files are read again when
 * the next connection is made; connections that exist keep what they began with.
 */
export class TlsContext {
  readonly #config: TlsClientConfig;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #context: Promise<tls.SecureContext> | undefined;
  #loadedAtMs = 0;
  #lastFailure = "";

  constructor(config: TlsClientConfig, settings: { readonly clock: Clock; readonly logger: Logger }) {
    this.#config = config;
    this.#clock = settings.clock;
    this.#logger = settings.logger;
  }

  /** Reads the files for the first time. Rejects, in upstream's words, when one of them cannot be used. */
  async load(): Promise<void> {
    this.#loadedAtMs = this.#clock.monotonic();
    this.#context = loadTlsContext(this.#config);
    await this.#context;
  }

  /** For the next connection. Files that have become unusable are told in the log, and what was read before is kept. */
  async get(): Promise<tls.SecureContext> {
    const { reloadInterval } = this.#config;
    if (this.#context === undefined) await this.load();
    const nowMs = this.#clock.monotonic();
    if (reloadInterval > 0 && nowMs - this.#loadedAtMs >= reloadInterval && this.#context !== undefined) {
      this.#loadedAtMs = nowMs;
      this.#context = this.#reload(this.#context);
    }
    return this.#context as Promise<tls.SecureContext>;
  }

  async #reload(before: Promise<tls.SecureContext>): Promise<tls.SecureContext> {
    try {
      const context = await loadTlsContext(this.#config);
      this.#lastFailure = "";
      return context;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (text !== this.#lastFailure) {
        this.#logger.warn("Cannot read TLS files again, those read before stay in use", { error: text });
      }
      this.#lastFailure = text;
      return before;
    }
  }
}

/** Rejects, in upstream's words, when a file cannot be used. */
export async function loadTlsContext(config: TlsClientConfig): Promise<tls.SecureContext> {
  const [ca, cert, key] = await Promise.all([
    loadAuthorities(config),
    loadPem(config.certFile, config.certPem.reveal(), "failed to load TLS cert and key"),
    loadPem(config.keyFile, config.keyPem.reveal(), "failed to load TLS cert and key"),
  ]);
  const ciphers = opensslCiphers(config.cipherSuites);
  const options: tls.SecureContextOptions = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...versions(config),
    ...(ciphers !== undefined && { ciphers }),
    ...(config.curvePreferences.length > 0 && {
      ecdhCurve: config.curvePreferences.map((name) => curveNames[name] ?? name).join(":"),
    }),
  };
  try {
    return nodeTls().createSecureContext(options);
  } catch (error) {
    throw failure("failed to load TLS cert and key PEMs", error);
  }
}

function versions({ minVersion, maxVersion }: TlsClientConfig): tls.SecureContextOptions {
  const min = minVersion === "" ? "1.2" : minVersion;
  return {
    minVersion: tlsVersion(min),
    ...(maxVersion !== "" && { maxVersion: tlsVersion(maxVersion) }),
    // The library's default level of security has no signatures left that TLS 1.0 and 1.1 could use.
    ...(min < "1.2" && { ciphers: "DEFAULT:@SECLEVEL=0" }),
  };
}

function tlsVersion(version: string): tls.SecureVersion {
  // Node calls 1.0 "TLSv1"; the configuration has no other values than these four.
  return (version === "1.0" ? "TLSv1" : `TLSv${version}`) as tls.SecureVersion;
}

/** The authorities to trust. Without a CA: those that come with Node, and those of the machine, as Go would take them. */
async function loadAuthorities(config: TlsClientConfig): Promise<string[]> {
  const { caFile, caPem, includeSystemCaCertsPool } = config;
  const context = caFile === "" ? "failed to load CA CertPool PEM" : "failed to load CA CertPool File";
  const given = await loadPem(caFile, caPem.reveal(), `${context}: failed to load cert ${caFile}`);
  if (given === undefined) return machineAuthorities();
  try {
    // The library takes anything, and then trusts nobody. Other things than certificates may stand in the file too.
    void new X509Certificate(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(given)?.[0] ?? given);
  } catch (error) {
    throw failure(`${context}: failed to parse cert`, error);
  }
  return includeSystemCaCertsPool ? [given, ...machineAuthorities()] : [given];
}

function machineAuthorities(): string[] {
  return [...new Set([...nodeTls().getCACertificates("default"), ...nodeTls().getCACertificates("system")])];
}

async function loadPem(file: string, pem: string, context: string): Promise<string | undefined> {
  if (file === "") return pem === "" ? undefined : pem;
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw failure(context, error);
  }
}

function failure(context: string, cause: unknown): Error {
  return new Error(`failed to load TLS config: ${context}: ${systemErrorText(cause)}`, { cause });
}
