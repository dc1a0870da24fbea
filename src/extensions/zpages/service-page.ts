import os from "node:os";
import type { Host } from "../../component/host.ts";
import { componentJson, componentTable } from "./component-table.ts";
import { html, link, properties } from "./html.ts";
import { pagePaths, type Page } from "./page.ts";

/** `/debug/servicez`: what runs here, since when, and what became of the data. */
export function servicePage(host: Host, _query: URLSearchParams, nowUnixMs: number): Page {
  const { command, description, version } = host.buildInfo;
  const startTimestamp = new Date(host.startUnixMs).toISOString();
  const uptimeSeconds = Math.floor((nowUnixMs - host.startUnixMs) / 1000);
  const runtime = { startTimestamp, uptimeSeconds, node: process.version, os: os.platform(), arch: os.arch() };
  const components = host.components();
  return {
    title: `Service ${command}`,
    body: html`
      <h3>Build Info</h3>
      ${properties([
        ["Command", command],
        ["Description", description],
        ["Version", version],
      ])}
      <h3>Runtime Info</h3>
      ${properties([
        ["StartTimestamp", startTimestamp],
        ["Uptime", `${uptimeSeconds} s`],
        ["Node", runtime.node],
        ["OS", runtime.os],
        ["Arch", runtime.arch],
      ])}
      <p>
        ${link(pagePaths.pipelines, {}, "Pipelines")} · ${link(pagePaths.extensions, {}, "Extensions")} ·
        ${link(pagePaths.features, {}, "Features")}
      </p>
      <h3>Items by component</h3>
      ${componentTable(components, nowUnixMs)}
    `,
    json: { service: { command, description, version }, runtime, components: components.map(componentJson) },
  };
}
