/** Checks the API server: who the user is there, its version, its pace and its clock. */
import type { Clock } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import { isStatus } from "../../kube/status.ts";
import type { Finding } from "../../view/findings.ts";
import { finding, foundError } from "./finding.ts";

/** A request of an upload takes at least this long; the log would lag behind. */
const SLOW_MS = 1_000;
const REQUESTS = 3;
/** The server tells its time in whole seconds. */
const SKEW_MS = 10_000;
/** Exec over websockets has no half-close before. */
const OLDEST_KUBERNETES = [1, 30];

/** Asks the server who the user is: a kubeconfig's name for it may be another. */
export async function identityOf(kube: Kube): Promise<{ finding: Finding; user?: string }> {
  const check = "identity";
  try {
    const { name, groups } = await kube.whoAmI();
    const listed = groups.length === 0 ? "" : ` (groups ${groups.join(", ")})`;
    return { finding: { check, state: "ok", text: `user ${name}${listed}` }, user: name };
  } catch (error) {
    // Servers before Kubernetes 1.28 can't tell.
    const state = isStatus(error, 404) || isStatus(error, 403) ? "skipped" : "failure";
    return { finding: foundError(check, error, state) };
  }
}

/** Checks the version and the pace: the shortest of some requests, one after the other. */
export function checkServer(kube: Kube, clock: Clock): Promise<Finding> {
  return finding("server", async () => {
    let version = "";
    let shortestMs = Infinity;
    for (let at = 0; at < REQUESTS; at++) {
      const startMs = clock.now();
      version = await kube.serverVersion();
      shortestMs = Math.min(shortestMs, clock.now() - startMs);
    }
    const through = kube.proxy === undefined ? "" : ` through the proxy ${kube.proxy}`;
    const text = `${kube.server}${through}, Kubernetes ${version}, answers in ${
      Math.round(shortestMs)
    } ms`;
    if (shortestMs >= SLOW_MS) {
      return { state: "warning", text: `${text}: slow`, fix: "look for a proxy or VPN in between" };
    }
    if (isOlder(version, OLDEST_KUBERNETES)) {
      return {
        state: "warning",
        text: `${text}: older than the versions that are tested`,
        fix: `the oldest is ${OLDEST_KUBERNETES.join(".")}`,
      };
    }
    return { state: "ok", text };
  });
}

/**
 * Compares the clocks.
 *
 * @param serverMs the server's time at some moment between the other two
 */
export function checkClock(
  { beforeMs, serverMs, afterMs }: { beforeMs: number; serverMs: number; afterMs: number },
): Finding {
  const early = beforeMs - serverMs - 1_000; // the server leaves out what is below a second
  const late = serverMs - afterMs;
  const skewMs = Math.max(early, late);
  if (skewMs < SKEW_MS) return { check: "clock", state: "ok", text: "as the server's" };
  const seconds = Math.round(skewMs / 1000);
  return {
    check: "clock",
    state: "warning",
    text: `this machine's clock is ${seconds} s ${
      early > late ? "ahead of" : "behind"
    } the server's`,
    fix: "set it: times of files and tokens depend on it",
  };
}

/** Whether a version such as "v1.34.1" or "1.9.0" is older. An unknown form is not. */
export function isOlder(version: string, [major, minor]: readonly number[]): boolean {
  const [, foundMajor, foundMinor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (foundMajor === undefined) return false;
  const difference = Number(foundMajor) - major || Number(foundMinor) - minor;
  return difference < 0;
}
