/** Namespaces, as far as the program reads them. */
import type { Resource } from "../kube/interface.ts";

export const NAMESPACES: Resource<"Namespace"> = {
  group: "",
  version: "v1",
  plural: "namespaces",
  kind: "Namespace",
  shape: { status: { phase: "text" } },
};
