/**
 * How a command follows references to Pipelines, Tasks and StepActions. What several of them name
 * is read once.
 */
import type { Host } from "../../host.ts";
import type { ResolveContext } from "../../resolve/resolve.ts";
import type { RemoteReference } from "../../tekton/resolved.ts";
import { parseDocuments } from "../manifests/yaml.ts";
import type { RunFlags } from "../options/run_flags.ts";

export function resolvingOptions(
  host: Host,
  { allowProbe, resolvesHere = false }: Pick<RunFlags, "allowProbe" | "resolvesHere">,
  { kube, emit }: Pick<ResolveContext, "kube" | "emit">,
): ResolveContext {
  const { clock, random, interrupt } = host;
  const context = { kube, clock, random, interrupt, emit, allowProbe, parse: parseDocuments };
  if (!resolvesHere) return context;
  const known = new Map<string, Promise<string | undefined>>();
  return {
    ...context,
    readHere(reference) {
      const { kind, resolver, params } = reference;
      const key = JSON.stringify([kind, resolver, params]);
      const found = known.get(key) ?? read(reference);
      known.set(key, found);
      return found;
    },
  };

  async function read(reference: RemoteReference): Promise<string | undefined> {
    const { readHere } = await import("../../resolve/here/read_here.ts");
    return await readHere(host, reference, emit);
  }
}
