import { UsageError, type Flags, type Options } from "./command.ts";
import type { PresetOptions } from "./presets.ts";

export const presetNames = ["local", "airflow", "production"] as const;

export type PresetName = (typeof presetNames)[number];

/** Flags that change a preset. */
export const presetFlags = {
  "wavefront": {
    type: "string",
    value: "URL",
    about:
      "Send to a Wavefront proxy as well: http://HOST means its usual ports (traces 30001, metrics 2878); " +
      "a port in the URL takes both",
  },
  "listen-host": {
    type: "string",
    value: "HOST",
    about: "Address for all ports (default localhost, in a container 0.0.0.0)",
  },
  "port-offset": {
    type: "string",
    value: "N",
    about: "Added to every port: a second collector beside the first",
  },
} as const satisfies Flags;

export type PresetFlag = keyof typeof presetFlags;

/** Throws a `UsageError`. */
export async function readPresetFlags(options: Options<PresetFlag>): Promise<PresetOptions> {
  const wavefront = options.text("wavefront");
  const listenHost = options.text("listen-host");
  if (listenHost !== undefined && !/^(?:[A-Za-z0-9.-]+|[0-9A-Fa-f:.%]+)$/.test(listenHost)) {
    throw new UsageError(`invalid argument "${listenHost}" for "--listen-host" flag: expected a host without a port`);
  }
  const offset = options.text("port-offset") ?? "0";
  // 55679 is the highest port that is moved.
  if (!/^\d{1,4}$/.test(offset) || Number(offset) > 65_535 - 55_679) {
    throw new UsageError(`invalid argument "${offset}" for "--port-offset" flag: expected a number from 0 to 9856`);
  }
  const [{ inContainer }, { parseWavefrontUrl }] = await Promise.all([
    import("../net/in-container.ts"),
    import("./presets.ts"),
  ]);
  return {
    listenHost,
    portOffset: Number(offset),
    wavefront: wavefront === undefined ? undefined : readWavefront(wavefront, parseWavefrontUrl),
    inContainer: inContainer(),
  };
}

function readWavefront<T>(text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`invalid argument "${text}" for "--wavefront" flag: ${reason}`);
  }
}
