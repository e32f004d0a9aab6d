/** Reads a definition of Artifact Hub or a Tekton Hub from the user's machine. */
import { ClusterError } from "../../errors.ts";
import { FileError, type Host, textOf, type WebAnswer } from "../../host.ts";
import {
  HubError,
  hubPackage,
  manifestOf,
  manifestUrl,
  newestVersion,
  versionsUrl,
} from "../../tekton/hub/hub_api.ts";

/** The variables that Tekton's resolver reads the addresses of hubs from. */
const [ARTIFACT_HUB, TEKTON_HUB] = ["ARTIFACT_HUB_API", "TEKTON_HUB_API"];

/**
 * Returns where the params lead, and how to read it. Undefined for a Tekton Hub whose address only
 * the cluster knows.
 */
export function readHub(
  host: Pick<Host, "request" | "env">,
  params: ReadonlyMap<string, string>,
): { from: string; read(): Promise<string> } | undefined {
  const wanted = hubPackage(params, {
    artifact: host.env.get(ARTIFACT_HUB) || undefined,
    tekton: host.env.get(TEKTON_HUB) || undefined,
  });
  if ("why" in wanted) return undefined;
  const { server, kind, name, catalog, version } = wanted;
  return {
    from: `${kind} ${name} ${version} of ${catalog} at ${server}`,
    async read() {
      const versions = versionsUrl(wanted);
      try {
        // A version alone is a constraint too: then the list tells how the hub writes it.
        const newest = newestVersion(wanted, await readJson(host, versions));
        return manifestOf(wanted, await readJson(host, manifestUrl(wanted, newest ?? version)));
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        throw new ClusterError(`${versions}: ${error.message}`);
      }
    },
  };
}

async function readJson(host: Pick<Host, "request">, url: string): Promise<unknown> {
  const answer = await host.request(url, { headers: { accept: "application/json" } });
  if (answer.status === 404) throw new HubError("the hub has no such package or version");
  try {
    return JSON.parse(textOf(url, answer));
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new HubError(`the hub's answer is not JSON${isHtml(answer) ? ", but an HTML page" : ""}`);
  }
}

function isHtml({ headers }: WebAnswer): boolean {
  return /\bhtml\b/.test(headers.get("content-type") ?? "");
}
