/** Why no answer came, and what to change. */
export function reachText(error: unknown, url: URL): { readonly answer: string; readonly remedy: string } {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : String(error);
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  switch (code) {
    case "ECONNREFUSED":
      return {
        answer: `nobody listens on ${url.hostname}:${port}`,
        remedy: "start the collector, or name its port; otelcol prints its ports after the start",
      };
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return { answer: `host ${url.hostname} is not known`, remedy: "correct the name, or look at the name server" };
    case "ECONNRESET":
    case "HPE_INVALID_CONSTANT":
    case "ERR_HTTP2_ERROR":
    case "ERR_HTTP2_SESSION_ERROR":
      return {
        answer: `the peer broke the connection (${code})`,
        remedy: `it may want ${url.protocol === "https:" ? "http:// (no TLS)" : "https:// (TLS)"}, or another protocol`,
      };
    case "EPROTO":
    case "ERR_SSL_WRONG_VERSION_NUMBER":
      return { answer: "the peer does not speak TLS", remedy: "write http:// in the endpoint" };
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "CERT_HAS_EXPIRED":
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return {
        answer: `its certificate cannot be trusted: ${message}`,
        remedy: "set NODE_EXTRA_CA_CERTS to its authority, or look past it with --insecure",
      };
    default:
      return { answer: message === "" ? code : message, remedy: "look at the network between here and there" };
  }
}
