/** Runs uploads for scenarios, each into its own directory of the shared claim. */
import assert from "node:assert/strict";
import type { Cluster } from "../../support/cluster.ts";
import { type Ran, tknDev } from "../../support/program.ts";

export async function upload(cluster: Cluster, args: string[]): Promise<Ran> {
  return await tknDev([...args, ...cluster.flags]);
}

export function succeeded(ran: Ran): void {
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
}

/** Returns a binding to a directory of the shared claim, for one scenario only. */
export function workspace(cluster: Cluster, name: string): string[] {
  const subPath = crypto.randomUUID().slice(0, 13);
  return ["-w", `name=${name},claimName=${cluster.claim},subPath=${subPath}`];
}
