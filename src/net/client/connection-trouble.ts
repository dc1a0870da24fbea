/** Whom a client wanted to reach, as far as a message has to know it. */
export interface Destination {
  /** `127.0.0.1:4317`. */
  readonly address: string;
  readonly protocol: "gRPC" | "HTTP";
  readonly isTls: boolean;
}

interface Trouble {
  /** Found in a code or in a library's text. */
  readonly sign: RegExp;
  readonly what: string;
  readonly remedy: (destination: Destination) => string;
}

const checkEndpoint = (): string => 'check "endpoint"';

const usualPorts = ({ protocol }: Destination): string =>
  protocol === "gRPC"
    ? 'check that "endpoint" names the gRPC port, usually 4317, and not the HTTP port'
    : 'check that "endpoint" names the HTTP port, usually 4318, and not the gRPC port';

const perhapsTls = (destination: Destination): string => {
  if (destination.isTls) return 'check that "endpoint" names a port that speaks TLS';
  const remedy = destination.protocol === "gRPC" ? 'leave out "tls::insecure"' : "write https:// in the endpoint";
  return `${usualPorts(destination)}; if it wants TLS, ${remedy}`;
};

const noTls = ({ protocol }: Destination): string =>
  protocol === "gRPC" ? 'set "tls::insecure: true" if it has none' : "write http:// in the endpoint if it has none";

/** Looked through in order; the first that fits is told. */
const troubles: readonly Trouble[] = [
  {
    sign: /ECONNREFUSED/,
    what: "connection refused",
    remedy: () => 'check that the backend runs and that "endpoint" names its port',
  },
  {
    sign: /ENOTFOUND|EAI_AGAIN|EAI_NODATA|Name resolution failed/,
    what: "host name not found",
    remedy: () => 'check the name in "endpoint" and DNS',
  },
  {
    sign: /UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT|connection attempt timed out/,
    what: "connection attempt timed out",
    remedy: () => 'check "endpoint", routes and firewalls',
  },
  { sign: /EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/, what: "no route to host", remedy: checkEndpoint },
  { sign: /ENOENT/, what: "no such socket", remedy: () => 'check the path in "endpoint"' },
  { sign: /EACCES|EPERM/, what: "permission denied", remedy: checkEndpoint },
  {
    sign: /wrong version number|WRONG_VERSION_NUMBER|packet length too long|tlsv1 alert record overflow/i,
    what: "the peer does not speak TLS",
    remedy: noTls,
  },
  {
    sign: /SELF_SIGNED_CERT|self[- ]signed certificate|UNABLE_TO_VERIFY_LEAF_SIGNATURE|unable to verify the first|UNABLE_TO_GET_ISSUER_CERT|unable to get (local )?issuer/i,
    what: "certificate of the peer is not trusted: it is signed by an unknown authority",
    remedy: () => 'give that authority in "tls::ca_file"',
  },
  {
    sign: /CERT_HAS_EXPIRED|certificate has expired|CERT_NOT_YET_VALID|not yet valid/i,
    what: "certificate of the peer has expired or is not yet valid",
    remedy: () => "renew it, or check the clocks",
  },
  {
    sign: /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/,
    what: "certificate of the peer is for another name",
    remedy: () => 'set "tls::server_name_override" to a name that it has, or correct "endpoint"',
  },
  {
    sign: /certificate required|CERTIFICATE_REQUIRED/i,
    what: "the peer wants a client certificate",
    remedy: () => 'set "tls::cert_file" and "tls::key_file"',
  },
  {
    sign: /alert (unknown ca|bad certificate|certificate unknown|certificate expired|handshake failure)|ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED)/i,
    what: "the peer does not accept our TLS handshake",
    remedy: () => 'check the client certificate in "tls::cert_file"',
  },
  {
    sign: /unsupported protocol|protocol version|UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/i,
    what: "no TLS version in common",
    remedy: () => 'check "tls::min_version" and "tls::max_version"',
  },
  {
    sign: /no shared cipher|NO_SHARED_CIPHER|handshake failure|HANDSHAKE_FAILURE/i,
    what: "no TLS cipher suite in common",
    remedy: () => 'check "tls::cipher_suites"',
  },
  {
    sign: /HPE_|does not match the HTTP|Parse Error|Protocol error|preface/,
    what: "unexpected protocol",
    remedy: perhapsTls,
  },
  {
    sign: /ECONNRESET|EPIPE|UND_ERR_SOCKET|other side closed|socket hang up|Connection dropped|Failed to connect|Socket closed|Connection closed|disconnected before secure/i,
    what: "connection closed by the peer",
    remedy: perhapsTls,
  },
];

/**
 * A sentence for the user about a connection that did not work: `Cannot reach 127.0.0.1:4317: connection refused, check …`.
 * `text` is what the library has to say, with its codes.
 */
export function connectionTrouble(destination: Destination, text: string): string {
  const trouble = troubles.find(({ sign }) => sign.test(text));
  const reason = trouble === undefined ? plain(text) : `${trouble.what}, ${trouble.remedy(destination)}`;
  return `Cannot reach ${destination.address}: ${reason}`;
}

/** One line, without the OpenSSL addresses and source lines of a library's text. */
function plain(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line === "" ? "connection failed" : line.slice(0, 300);
}
