/** Kinds of Kubernetes that runs name, as far as the program reads them. */
import type { Resource } from "../kube/interface.ts";

export const CONFIG_MAPS: Resource<"ConfigMap"> = {
  ...core("configmaps", "ConfigMap"),
  shape: { data: "texts" },
};
export const SECRETS = core("secrets", "Secret");
export const SERVICE_ACCOUNTS = core("serviceaccounts", "ServiceAccount");

function core<Kind extends string>(plural: string, kind: Kind): Resource<Kind> {
  return { group: "", version: "v1", plural, kind };
}
