/** One story, told to any cluster: the sandbox and a real one run the same. */
import type { Cluster } from "../support/cluster.ts";
import { testWith } from "../support/tools.ts";

export interface Scenario {
  /** A sentence. */
  readonly name: string;
  /** Programs that it wants of this machine. */
  readonly needs?: readonly string[];
  /** Where a cluster is opened by contexts, it is run as the user of each. */
  readonly everyLogin?: boolean;
  /** The context whose user it needs, on a cluster that was opened by contexts (default: the first). */
  readonly login?: string;
  run(cluster: Cluster, directory: string): Promise<void>;
}

/** Those that are every login's once for each of these contexts: a test of its own. */
export function forLogins(scenarios: readonly Scenario[], contexts: readonly string[]): Scenario[] {
  return scenarios.flatMap((scenario) =>
    scenario.everyLogin
      ? contexts.map((login) => ({ ...scenario, name: `${scenario.name}, as ${login}`, login }))
      : [scenario]
  );
}

/** The share of a test file whose name has a number: of all, dealt out to the files beside it that differ by that. */
export function shareOf(url: string, scenarios: readonly Scenario[]): Scenario[] {
  const [, prefix, own] = /([^/]*_)(\d+)_test\.ts$/.exec(url)!;
  const numbers = [...Deno.readDirSync(new URL(".", url))].flatMap(({ name }) =>
    name.startsWith(prefix) ? /^\d+(?=_test\.ts$)/.exec(name.slice(prefix.length)) ?? [] : []
  );
  return scenarios.filter((_, at) => at % numbers.length === Number(own) - 1);
}

/** Registers a test for each; `open` gives the cluster, by login, which a test must not close. */
export function tell(scenarios: readonly Scenario[], open: () => Promise<Cluster[]>): void {
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
  throw new Error(`this scenario is the user's of context "${login}": none was opened`);
}
