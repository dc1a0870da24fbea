import type { Secret } from "../../component/secret.ts";
import type { WavefrontConfig } from "./config.ts";
import { parseEndpoint, parseInstance, printableEndpoint } from "./endpoint.ts";

/** Where the lines of one signal go. */
export interface Target {
  /** Without `/report`. */
  readonly url: URL;
  /** For messages: `the Wavefront proxy at http://localhost:30001`. */
  readonly name: string;
  /** The setting to look at when it does not answer: `traces::endpoint`. */
  readonly key: string;
  /** What to look at when it does not accept who we are. */
  readonly remedies: Readonly<Record<number, string>>;
  /** `undefined` for a proxy, which has the token itself. */
  readonly token: Secret | undefined;
}

const proxyRemedies: Target["remedies"] = {
  401: "check the headers and the port",
  403: "check that this kind of data is enabled for the account",
  404: "check that the port is one of a Wavefront proxy",
  405: "check that the port is one of a Wavefront proxy",
};

const tokenRemedy = "check direct::token: it needs the permission for direct data ingestion";
const instanceRemedies: Target["remedies"] = {
  401: tokenRemedy,
  403: tokenRemedy,
  404: "check direct::url",
  405: "check direct::url",
};

/** Throws in upstream's words when the configuration names none; it was checked before. */
export function targetOf({ direct, ...config }: WavefrontConfig, section: "traces" | "metrics"): Target {
  if (direct !== undefined) {
    const url = parseInstance(direct.url);
    if (typeof url === "string") throw new Error(`failed to parse direct.url: ${url}`);
    const name = `the Wavefront instance at ${printableEndpoint(url)}`;
    return { url, name, key: "direct::url", remedies: instanceRemedies, token: direct.token };
  }
  const { endpoint } = config[section];
  if (endpoint === "") throw new Error(`${section}.endpoint required`);
  const url = parseEndpoint(endpoint);
  if (typeof url === "string") throw new Error(`failed to parse ${section}.endpoint: ${url}`);
  const name = `the Wavefront proxy at ${printableEndpoint(url)}`;
  return { url, name, key: `${section}::endpoint`, remedies: proxyRemedies, token: undefined };
}
