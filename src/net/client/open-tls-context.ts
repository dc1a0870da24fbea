import type { TlsClientConfig } from "./tls-client-config.ts";
import type { TlsContext } from "./tls-context.ts";

/** Certificates and keys, read. Rejects if one cannot be used. Its code and OpenSSL's are loaded by who speaks TLS only. */
export async function openTlsContext(
  config: TlsClientConfig,
  settings: ConstructorParameters<typeof TlsContext>[1],
): Promise<TlsContext> {
  const { TlsContext } = await import("./tls-context.ts");
  const context = new TlsContext(config, settings);
  await context.load();
  return context;
}
