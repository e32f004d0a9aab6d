/** How a command follows references to Pipelines, Tasks and StepActions. */
import type { Host } from "../../host.ts";
import { ClusterError } from "../../errors.ts";
import type { ResolveContext } from "../../resolve/resolve.ts";
import { readText } from "../manifests/strict_file.ts";
import { parseDocuments } from "../manifests/yaml.ts";
import type { RunFlags } from "../options/run_flags.ts";

export function resolvingOptions(
  host: Host,
  { allowProbe, resolvesHere = false }: Pick<RunFlags, "allowProbe" | "resolvesHere">,
  { kube, emit }: Pick<ResolveContext, "kube" | "emit">,
): ResolveContext {
  const { clock, random, interrupt } = host;
  const context = { kube, clock, random, interrupt, emit, allowProbe, parse: parseDocuments };
  return resolvesHere ? { ...context, readUrl: (url) => readUrl(host, url, emit) } : context;
}

async function readUrl(
  host: Host,
  url: string,
  emit: ResolveContext["emit"],
): Promise<string> {
  emit({ kind: "note", text: `Reading ${url} from this machine, not from the cluster` });
  const refuse = (why: string, cause?: unknown) =>
    new ClusterError(`Cannot read "${url}" from this machine: ${why}`, { cause });
  return await readText(host, url, refuse);
}
