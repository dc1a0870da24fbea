import t from "tap";
import { issuesOf, sendingConfig } from "./recording-sender.ts";

t.test("queueFields(), retryFields() and timeoutField() have upstream's defaults", async (t) => {
  const defaults = {
    timeout: 5000,
    sendingQueue: {
      enabled: true,
      numConsumers: 10,
      queueSize: 1000,
      sizer: "requests",
      blockOnOverflow: false,
      waitForResult: false,
      storage: undefined,
    },
    retryOnFailure: {
      enabled: true,
      initialInterval: 5000,
      randomizationFactor: 0.5,
      multiplier: 1.5,
      maxInterval: 30_000,
      maxElapsedTime: 300_000,
    },
  };
  t.same(sendingConfig(), defaults);
  t.same(sendingConfig({ sending_queue: null, retry_on_failure: null }), defaults);
  t.equal(sendingConfig({ timeout: null }).timeout, 0, "written but empty is zero");
});

t.test("sending_queue refuses what is not built yet, and what cannot work", async (t) => {
  const issues: readonly (readonly [unknown, readonly string[]])[] = [
    [{ num_consumers: 0 }, ["sending_queue: `num_consumers` must be positive"]],
    [{ queue_size: 0 }, ["sending_queue: `queue_size` must be positive"]],
    [
      { storage: "file_storage", wait_for_result: true },
      ["sending_queue: `wait_for_result` is not supported with a persistent queue configured with `storage`"],
    ],
    [{ batch: null }, ["sending_queue: `batch` is not supported yet: use the batch processor, remove this key"]],
    [
      { batch: { min_size: 5 } },
      ["sending_queue: `batch` is not supported yet: use the batch processor, remove this key"],
    ],
    [{ storage: null, batch: { enabled: false } }, []],
    [{ enabled: false, num_consumers: 0, storage: "x" }, []],
  ];
  for (const [written, expected] of issues) t.same(issuesOf({ sending_queue: written }), expected);
  t.match(issuesOf({ sending_queue: { sizer: "boxes" } })[0], /requests.*items.*bytes/);
});

t.test("retry_on_failure is checked even when it is off", async (t) => {
  const issues: readonly (readonly [Record<string, unknown>, readonly string[]])[] = [
    [{ initial_interval: "-1s" }, ["'initial_interval' must be non-negative"]],
    [{ randomization_factor: 1.5 }, ["'randomization_factor' must be within [0, 1]"]],
    [{ multiplier: -1 }, ["'multiplier' must be non-negative"]],
    [{ max_interval: "-1s" }, ["'max_interval' must be non-negative"]],
    [{ max_elapsed_time: "-1s" }, ["'max_elapsed_time' must be non-negative"]],
    [
      { max_elapsed_time: "1s" },
      [
        "'max_elapsed_time' must not be less than 'initial_interval'",
        "'max_elapsed_time' must not be less than 'max_interval'",
      ],
    ],
    [{ max_elapsed_time: 0 }, []],
  ];
  for (const [written, expected] of issues) {
    t.same(
      issuesOf({ retry_on_failure: { enabled: false, ...written } }),
      expected.map((text) => `retry_on_failure: ${text}`),
    );
  }
  t.same(issuesOf({ timeout: "-1s" }), ["timeout: 'timeout' must be non-negative"]);
});
