import type { ListeningEndpoint } from "../component/host.ts";

export interface EndpointRow {
  readonly port: number;
  readonly protocol: string;
  readonly address: string;
  readonly reach: string;
}

const headings: Readonly<Record<keyof EndpointRow, string>> = {
  port: "PORT",
  protocol: "PROTOCOL",
  address: "ADDRESS",
  reach: "REACHABLE FROM",
};
const columns = Object.keys(headings) as (keyof EndpointRow)[];

/** One row per port, protocol and reach; several addresses of one port (127.0.0.1 and ::1) share a row. */
export function endpointRows(endpoints: readonly ListeningEndpoint[], isContainer: boolean): readonly EndpointRow[] {
  const rows = new Map<string, EndpointRow>();
  for (const { host, port, protocol } of endpoints) {
    const reach = reachOf(host, isContainer);
    const key = `${port} ${protocol} ${reach}`;
    const address = host.includes(":") ? `[${host}]` : host;
    const known = rows.get(key);
    if (known === undefined) rows.set(key, { port, protocol, address, reach });
    else if (!known.address.split(", ").includes(address)) {
      rows.set(key, { ...known, address: `${known.address}, ${address}` });
    }
  }
  return [...rows.values()].toSorted((a, b) => a.port - b.port);
}

/** Aligned text for the console, with a line end; empty without rows. */
export function formatEndpointTable(rows: readonly EndpointRow[]): string {
  if (rows.length === 0) return "";
  const cells = [headings, ...rows].map((row) => columns.map((column) => String(row[column])));
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return `${lines.map((line) => `  ${line}`).join("\n")}\n`;
}

function reachOf(host: string, isContainer: boolean): string {
  if (isLoopback(host)) return isContainer ? "inside this container only" : "this machine only";
  if (isContainer) return "every machine that can reach this container, or its published port";
  return "every machine that can reach this host";
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^(?:::ffff:)?127\./.test(host);
}
