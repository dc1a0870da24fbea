import { existsSync, readFileSync } from "node:fs";

/** Where to look; tests hand in their own. */
export interface ContainerSigns {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Files that a container engine puts into every container. */
  readonly markers: readonly string[];
  /** List of control groups of the first process. */
  readonly cgroup: string;
}

const usualSigns: ContainerSigns = {
  env: process.env,
  markers: ["/.dockerenv", "/run/.containerenv"],
  cgroup: "/proc/1/cgroup",
};

/** Whether this process runs inside a container, where loopback reaches nobody else. */
export function inContainer(signs: ContainerSigns = usualSigns): boolean {
  // `container` is set by systemd-nspawn, podman and LXC.
  if (signs.env["KUBERNETES_SERVICE_HOST"] !== undefined || (signs.env["container"] ?? "") !== "") return true;
  if (signs.markers.some((marker) => existsSync(marker))) return true;
  try {
    return /docker|kubepods|containerd|libpod|lxc/.test(readFileSync(signs.cgroup, "utf8"));
  } catch {
    // No such file: not Linux, or not readable; then the other signs have decided.
    return false;
  }
}
