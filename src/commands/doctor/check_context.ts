/** Checks which cluster and namespace the command line means, and whether the namespace exists. */
import type { ConnectOptions, Host } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import { isStatus } from "../../kube/status.ts";
import { NAMESPACES } from "../../objects/namespaces.ts";
import type { Finding } from "../../view/findings.ts";
import { shellWord } from "../../view/text/shell_word.ts";
import { finding } from "./finding.ts";

/** A kubeconfig without contexts is that of a pod. */
export async function checkContext(
  host: Pick<Host, "contexts">,
  connect: ConnectOptions,
  { namespace }: Kube,
): Promise<Finding> {
  return await finding("kubeconfig", async () => {
    const contexts = await host.contexts(connect);
    const used = contexts.find(({ name, isCurrent }) =>
      connect.context === undefined ? isCurrent : name === connect.context
    );
    const context = used === undefined ? "no context" : `context ${used.name}`;
    return { state: "ok", text: `${context}, namespace ${namespace}` };
  });
}

/** Returns a finding only if the namespace can't be used. */
export async function checkNamespace(kube: Kube): Promise<Finding[]> {
  const { namespace } = kube;
  const check = "namespace";
  try {
    const { status } = await kube.get(NAMESPACES, "", namespace);
    const { phase } = (status ?? {}) as { phase?: string };
    if (phase !== "Terminating") return [];
    const text = `namespace ${namespace} is being deleted: nothing can be created in it`;
    return [{ check, state: "failure", text, fix: "choose another one with --namespace" }];
  } catch (error) {
    if (!isStatus(error, 404)) return []; // users need no right to read it; other checks show errors
    return [{
      check,
      state: "failure",
      text: `there is no namespace ${namespace}`,
      fix: "choose another one with --namespace, or create it:",
      command: `kubectl create namespace ${shellWord(namespace)}`,
    }];
  }
}
