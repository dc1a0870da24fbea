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
      batch: undefined,
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

t.test("sending_queue refuses what cannot work", async (t) => {
  const issues: readonly (readonly [unknown, readonly string[]])[] = [
    [{ num_consumers: 0 }, ["sending_queue: `num_consumers` must be positive"]],
    [{ queue_size: 0 }, ["sending_queue: `queue_size` must be positive"]],
    [
      { storage: "file_storage", wait_for_result: true },
      ["sending_queue: `wait_for_result` is not supported with a persistent queue configured with `storage`"],
    ],
    [{ batch: null }, []],
    [
      { batch: { sizer: "requests" } },
      ['sending_queue: `batch` supports only `items` or `bytes` sizer, found "requests"'],
    ],
    [
      { sizer: "requests", batch: null },
      ['sending_queue: `batch` supports only `items` or `bytes` sizer, found "requests"'],
    ],
    [{ batch: { flush_timeout: 0 } }, ["sending_queue: `flush_timeout` must be positive"]],
    [
      { batch: { min_size: 5, max_size: 4 } },
      ["sending_queue: `max_size` must be greater than or equal to `min_size`"],
    ],
    [
      { sizer: "items", queue_size: 100, batch: { min_size: 200 } },
      ["sending_queue: `min_size` must be less than or equal to `queue_size`"],
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

const batchOf = (queue: unknown) => sendingConfig({ sending_queue: queue }).sendingQueue.batch;

t.test("batch has upstream's defaults, and the sizer of the queue if that is written", async (t) => {
  const defaults = { flushTimeout: 200, minSize: 8192, maxSize: 0, isInBytes: false, metadataKeys: [] };
  t.same(batchOf({ batch: null }), defaults);
  t.same(batchOf({ sizer: "bytes", queue_size: 1e6, batch: {} }), { ...defaults, isInBytes: true });
  t.equal(batchOf({ batch: { enabled: false } }), undefined);
  t.same(batchOf({ batch: { partition: { metadata_keys: ["Tenant"] } } })?.metadataKeys, ["tenant"]);
});
