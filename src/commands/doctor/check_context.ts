/** Checks which cluster and namespace the command line means, and whether the namespace exists. */
import type { ConnectOptions, Host, KubeContext } from "../../host.ts";
import type { Kube } from "../../kube/interface.ts";
import { isStatus } from "../../kube/status.ts";
import { NAMESPACES } from "../../objects/namespaces.ts";
import type { Finding } from "../../view/findings.ts";
import { shellWord } from "../../view/text/shell_word.ts";
import { finding } from "./finding.ts";

/** Returns the context, and a warning if the certificate of its server is not checked. */
export async function checkContext(
  host: Pick<Host, "contexts">,
  connect: ConnectOptions,
  kube: Kube,
): Promise<Finding[]> {
  const using = usedContext(host, connect);
  const context = await contextFinding(using, kube);
  if (!kube.isUnchecked) return [context];
  const cluster = await using.then((used) => used?.cluster, () => undefined);
  return [context, uncheckedFinding(cluster || "CLUSTER")];
}

function uncheckedFinding(cluster: string): Finding {
  return {
    check: "certificate",
    state: "warning",
    text: "the server's is not checked (insecure-skip-tls-verify): anyone on the way can read " +
      "the token and the upload",
    fix: "name the authority that has signed it; that ends insecure-skip-tls-verify:",
    command: `kubectl config set-cluster ${shellWord(cluster)} --certificate-authority=FILE`,
  };
}

async function usedContext(
  host: Pick<Host, "contexts">,
  connect: ConnectOptions,
): Promise<KubeContext | undefined> {
  const contexts = await host.contexts(connect);
  return contexts.find(({ name, isCurrent }) =>
    connect.context === undefined ? isCurrent : name === connect.context
  );
}

/** A kubeconfig without contexts is that of a pod. */
async function contextFinding(
  using: Promise<KubeContext | undefined>,
  { namespace }: Kube,
): Promise<Finding> {
  return await finding("kubeconfig", async () => {
    const used = await using;
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
