import { setMaxListeners } from "node:events";
import type { ComponentInstance } from "./component-instance.ts";
import type { Stages } from "./graph.ts";

/** When the time for shutdown is over, a part that does not return is left behind this much later. */
const graceMs = 400;

/**
 * Shuts stage after stage down, with the data. Resolves with the errors. Within a stage nobody waits for anybody else: one
 * dead exporter must not take the time of the others. Extensions go one after the other, last started first.
 */
export async function stopStages(
  { receivers, processors, exporters, extensions }: Stages,
  signal: AbortSignal,
  beforeExtensions: () => Promise<void> | void = () => {},
): Promise<unknown[]> {
  // As many parts as there are listen to it.
  setMaxListeners(0, signal);
  const errors = await stopStage(alone(receivers), signal);
  errors.push(...(await stopStage(processors, signal)));
  errors.push(...(await stopStage(alone(exporters), signal)));
  await beforeExtensions();
  errors.push(...(await stopStage([extensions.toReversed()], signal)));
  return errors;
}

function alone(instances: readonly ComponentInstance[]): readonly (readonly ComponentInstance[])[] {
  return instances.map((one) => [one]);
}

/**
 * Shuts lists of components down: each list in order, all lists at the same time. Resolves with the errors. A component
 * that does not return although `signal` has aborted costs a little patience and counts as an error.
 */
export async function stopStage(
  lists: readonly (readonly ComponentInstance[])[],
  signal: AbortSignal,
): Promise<unknown[]> {
  const late = lateAfter(signal);
  const errors: unknown[] = [];
  await Promise.all(
    lists.map(async (instances) => {
      for (const instance of instances) {
        try {
          await instance.shutdown(signal, late.promise);
        } catch (error) {
          errors.push(error);
        }
      }
    }),
  );
  late.cancel();
  return errors;
}

function lateAfter(signal: AbortSignal): { readonly promise: Promise<void>; readonly cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    timer = setTimeout(resolve, graceMs);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return {
    promise,
    cancel: () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    },
  };
}
