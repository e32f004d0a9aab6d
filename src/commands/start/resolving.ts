/** How a command follows references to Pipelines, Tasks and StepActions. */
import type { Host } from "../../host.ts";
import type { ResolveContext } from "../../resolve/resolve.ts";
import { parseDocuments } from "../manifests/yaml.ts";
import type { RunFlags } from "../options/run_flags.ts";

export function resolvingOptions(
  { clock, random, interrupt }: Host,
  { allowProbe }: Pick<RunFlags, "allowProbe">,
  { kube, emit }: Pick<ResolveContext, "kube" | "emit">,
): ResolveContext {
  return { kube, clock, random, interrupt, emit, allowProbe, parse: parseDocuments };
}
