/** The kubeconfig of a service account inside a pod: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
import { existsSync, readFileSync } from "node:fs";
import type { Env } from "../../../host.ts";
import type { Kubeconfig } from "./entries.ts";

/** Returns undefined outside a pod. `account` is the directory that the kubelet mounts. */
export function inCluster(
  env: Env,
  account = "/var/run/secrets/kubernetes.io/serviceaccount",
): Kubeconfig | undefined {
  const [host, port] = [env.get("KUBERNETES_SERVICE_HOST"), env.get("KUBERNETES_SERVICE_PORT")];
  const [tokenFile, namespaceFile] = [`${account}/token`, `${account}/namespace`];
  if (!host || !port || !existsSync(tokenFile)) return undefined;
  const name = "in-cluster";
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const namespace = env.get("POD_NAMESPACE") ||
    (existsSync(namespaceFile) ? readFileSync(namespaceFile, "utf8").trim() : undefined);
  return {
    clusters: [{ name, content: { server, "certificate-authority": `${account}/ca.crt` } }],
    users: [{ name, content: { tokenFile } }],
    contexts: [{ name, content: { cluster: name, user: name, namespace } }],
    currentContext: name,
  };
}
