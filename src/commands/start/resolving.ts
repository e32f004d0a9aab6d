/** How a command follows references to Pipelines, Tasks and StepActions. */
import type { Host } from "../../host.ts";
import type { ResolveContext } from "../../resolve/resolve.ts";
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
  return {
    ...context,
    async readHere(reference) {
      const { readHere } = await import("../../resolve/here/read_here.ts");
      return await readHere(host, reference, emit);
    },
  };
}
