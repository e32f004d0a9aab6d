/** Checks the API server: who the user is there, its version, its pace and its clock. */
import type { Clock } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import { isStatus } from "../../kube/status.ts";
import type { Finding } from "../../view/findings.ts";
import { isAtLeast } from "../../version.ts";
import { finding, foundError } from "./finding.ts";

/** A request of an upload takes at least this long; the log would lag behind. */
const SLOW_MS = 1_000;
const REQUESTS = 3;
/** The server tells its time in whole seconds. */
const SKEW_MS = 10_000;
/** Before, a websocket cannot end a command's stdin. */
const WEBSOCKETS_SINCE = "1.30";

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

/**
 * Checks the version and the pace: the shortest of some requests, one after the other. A server
 * that keeps its version from the user is as good as any other.
 */
export function checkServer(kube: Kube, clock: Clock): Promise<Finding> {
  return finding("server", async () => {
    const { version, ms } = await measure(kube, clock);
    const shown = version === undefined
      ? "which does not tell its version"
      : `Kubernetes ${version}`;
    const text = `${wayTo(kube)}, ${shown}, answers in ${Math.round(ms)} ms`;
    if (ms >= SLOW_MS) {
      return { state: "warning", text: `${text}: slow`, fix: "look for a proxy or VPN in between" };
    }
    if (version !== undefined && !isAtLeast(version, WEBSOCKETS_SINCE)) {
      const without = `older than ${WEBSOCKETS_SINCE}: an upload needs SPDY to get through`;
      return { state: "warning", text: `${text}; ${without}`, fix: "use no --exec-protocol" };
    }
    return { state: "ok", text };
  });
}

/** Names the server and the proxy before it. */
export function wayTo({ server, proxy }: Pick<Kube, "server" | "proxy">): string {
  return proxy === undefined ? server : `${server} through the proxy ${proxy}`;
}

async function measure(kube: Kube, clock: Clock): Promise<{ version?: string; ms: number }> {
  let version: string | undefined;
  let shortestMs = Infinity;
  for (let at = 0; at < REQUESTS; at++) {
    const startMs = clock.now();
    try {
      version = await kube.serverVersion();
    } catch (error) {
      if (!isStatus(error, 403)) throw error;
    }
    shortestMs = Math.min(shortestMs, clock.now() - startMs);
  }
  return { version, ms: shortestMs };
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
