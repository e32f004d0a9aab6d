/** The versions and the date for the report on a run of the matrix. */
import type { Admin } from "../cluster/admin.ts";
import type { Circumstances } from "./report.ts";

export async function readCircumstances(admin: Admin): Promise<Omit<Circumstances, "seconds">> {
  const kubernetes = await admin.get("/version");
  const info = await admin.get(
    "/api/v1/namespaces/tekton-pipelines/configmaps/pipelines-info",
  );
  const tekton = info?.data?.version ?? "of an unknown version";
  return {
    date: new Date().toISOString().slice(0, 10),
    cluster: `Kubernetes ${kubernetes?.gitVersion}, Tekton ${tekton}`,
    program: Deno.env.get("TKN_DEV") === undefined ? "tkn-dev from source" : "tkn-dev compiled",
  };
}
