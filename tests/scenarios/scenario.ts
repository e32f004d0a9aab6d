/** A scenario: a test that runs on any cluster, on the sandbox as on a real one. */
import type { Cluster } from "../support/cluster.ts";
import { testWith } from "../support/tools.ts";

export interface Scenario {
  /** A sentence. */
  readonly name: string;
  /** Programs that this machine must have. */
  readonly needs?: readonly string[];
  /** Runs it once as the user of each context that the cluster was opened with. */
  readonly everyLogin?: boolean;
  /** Runs it once more by websockets, which carry execs where SPDY is refused. */
  readonly everyProtocol?: boolean;
  /** The context of the user that it needs on a cluster with contexts. Default: the first. */
  readonly login?: string;
  run(cluster: Cluster, directory: string): Promise<void>;
}

/** Returns one test per context for each scenario with `everyLogin`. */
export function forLogins(scenarios: readonly Scenario[], contexts: readonly string[]): Scenario[] {
  return scenarios.flatMap((scenario) =>
    scenario.everyLogin
      ? contexts.map((login) => ({ ...scenario, name: `${scenario.name}, as ${login}`, login }))
      : [scenario]
  );
}

/** Returns a second test for each scenario with `everyProtocol`. */
export function forProtocols(scenarios: readonly Scenario[]): Scenario[] {
  return scenarios.flatMap((scenario) =>
    scenario.everyProtocol ? [scenario, byWebSockets(scenario)] : [scenario]
  );
}

function byWebSockets(scenario: Scenario): Scenario {
  return {
    ...scenario,
    name: `${scenario.name}, by websockets`,
    run(cluster, directory) {
      const flags = [...cluster.flags, "--exec-protocol=websocket"];
      return scenario.run({ ...cluster, flags }, directory);
    },
  };
}

/**
 * Registers a test for each scenario. `open` returns the cluster, once per login. The scenarios
 * share it, so a test must not close it.
 */
export function registerScenarios(
  scenarios: readonly Scenario[],
  open: () => Promise<Cluster[]>,
): void {
  for (const scenario of scenarios) {
    // The cluster's connection pool lives longer than one test.
    testWith(scenario.needs ?? [], scenario.name, async () => {
      const cluster = loginOf(scenario, await open());
      const directory = await Deno.makeTempDir({ prefix: "tkn-dev-scenario-" });
      try {
        await scenario.run(cluster, directory);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    }, { sanitizeResources: false, sanitizeOps: false });
  }
}

function loginOf({ login }: Scenario, logins: Cluster[]): Cluster {
  if (login === undefined) return logins[0];
  const found = logins.find(({ context }) => context === login || context === undefined);
  if (found !== undefined) return found;
  throw new Error(`this scenario needs the user of context "${login}", which was not opened`);
}
