/** The machine, the cluster and the program that figures depend on. */
import type { Fixture } from "../fixture.ts";
import type { Circumstances } from "./table.ts";

export async function readCircumstances(fixture: Fixture): Promise<Circumstances> {
  const { stdout } = await fixture.kubectl(["version", "-o", "json"]);
  const { clientVersion, serverVersion } = JSON.parse(stdout);
  const kernel = /^\d+\.\d+/.exec(Deno.osRelease())?.[0] ?? "";
  const load = fixture.load.toFixed(1);
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: [
      `${navigator.hardwareConcurrency} cores (load ${load} at the start)`,
      `${Deno.build.os} ${kernel}`,
      `Kubernetes ${serverVersion.gitVersion}`,
      `kubectl ${clientVersion.gitVersion}`,
    ].join(", "),
    program: Deno.env.has("TKN_DEV") ? "tkn-dev compiled" : "tkn-dev from its source",
    notes: fixture.notes,
  };
}
