import type { Test } from "tap";
import type { Component } from "../../src/component/component.ts";
import { TestHost } from "./test-host.ts";

export interface ComponentContractOptions {
  /** Builds a fresh component through its factory's `create`; ports are loopback and 0. */
  readonly create: () => Component;
  /** What `start` is handed. Default a fresh `TestHost`. */
  readonly host?: () => TestHost;
}

/** What every component promises about its life (src/component/component.ts). Call it from the component's own tests. */
export async function componentContract(t: Test, options: ComponentContractOptions): Promise<void> {
  const host = options.host ?? (() => new TestHost());

  await t.test("create opens nothing", async (t) => {
    const before = resources();
    options.create();
    t.same(resources(), before);
  });

  await t.test("shutdown without start resolves", async () => {
    await options.create().shutdown(AbortSignal.timeout(1000));
  });

  await t.test("start and shutdown may be called twice", async (t) => {
    const before = resources();
    const component = options.create();
    const theHost = host();
    await component.start(theHost);
    const endpointCount = theHost.endpoints.length;
    await component.start(theHost);
    t.equal(theHost.endpoints.length, endpointCount, "the second start opens nothing more");
    await component.shutdown(AbortSignal.timeout(5000));
    await component.shutdown(AbortSignal.timeout(5000));
    t.same(await settledResources(before), before, "shutdown closes what start opened");
  });

  await t.test("shutdown resolves when its signal has aborted already", async () => {
    const component = options.create();
    await component.start(host());
    await component.shutdown(AbortSignal.abort());
  });
}

/** Servers, sockets and timers that are open now. Those of the test runner are there before and after. */
function resources(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => name !== "Immediate" && name !== "Timeout" && name !== "TTYWrap" && name !== "FSReqCallback")
    .toSorted();
}

/** Closing takes some turns of the event loop: waits up to a second for it. */
async function settledResources(wanted: readonly string[]): Promise<string[]> {
  const endMs = performance.now() + 1000;
  while (resources().join() !== wanted.join() && performance.now() < endMs) {
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  return resources();
}
