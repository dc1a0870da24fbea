import * as v from "valibot";
import { field, headers } from "../../component/fields.ts";

interface HeaderRules {
  readonly name: RegExp;
  readonly value: RegExp;
  readonly valueText: string;
}

/** RFC 9110. A line break in a value would be a header of its own. */
const httpRules: HeaderRules = {
  name: /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/,
  // oxlint-disable-next-line no-control-regex
  value: /^[^\x00-\x08\x0a-\x1f\x7f]*$/,
  valueText: "control characters are not allowed",
};

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests */
const grpcRules: HeaderRules = {
  name: /^[0-9A-Za-z_.-]+$/,
  value: /^[\x20-\x7e]*$/,
  valueText: "only visible ASCII characters and spaces are allowed",
};

/** They belong to the connection, and the client sets them. */
const reserved = ["connection", "content-length", "expect", "keep-alive", "te", "transfer-encoding", "upgrade"];

/** Why a header cannot be sent; the value is not told, because it may be a token. */
export function headerProblem(name: string, value: string, protocol: "HTTP" | "gRPC"): string | undefined {
  const rules = protocol === "HTTP" ? httpRules : grpcRules;
  const quoted = JSON.stringify(name);
  if (!rules.name.test(name)) return `invalid header field name ${quoted}`;
  if (!rules.value.test(value)) return `invalid header field value for ${quoted}: ${rules.valueText}`;
  if (reserved.includes(name.toLowerCase())) return `header ${quoted} belongs to the connection: remove it`;
  return undefined;
}

/** The key `headers` of a client. */
export function clientHeadersField(protocol: "HTTP" | "gRPC") {
  return field(
    v.pipe(
      headers,
      v.rawCheck(({ dataset, addIssue }) => {
        if (!dataset.typed) return;
        for (const [name, value] of dataset.value) {
          const message = headerProblem(name, value.reveal(), protocol);
          if (message !== undefined) addIssue({ message });
        }
      }),
    ),
    { about: "Headers of every request", default: {} },
  );
}

/** What goes on the wire for a value: Node writes a character a byte, and everybody else writes UTF-8. */
export function httpHeaderValue(value: string): string {
  return Buffer.from(value, "utf8").toString("latin1");
}
