/** The claims, config maps and secrets of the namespace, which a workspace can be bound to. */
import type { ObjectKind } from "../../cli/completion/names.ts";
import { ClusterError } from "../../errors.ts";
import type { Kube } from "../../kube/interface.ts";
import type { Row } from "../../view/ask/question.ts";
import { objectText, RESOURCES } from "../complete/named_objects.ts";

/** Undefined for a kind that the user may not list. The text of a row is the object's name. */
export interface Offers {
  readonly claims?: readonly Row[];
  readonly configMaps?: readonly Row[];
  readonly secrets?: readonly Row[];
}

/** Secrets of these types are Helm's and the control plane's own, and may be many. */
const NO_SECRETS = "type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token";

export async function readOffers(kube: Kube): Promise<Offers> {
  const [claims, configMaps, secrets] = await Promise.all([
    listed(kube, "claims"),
    listed(kube, "config maps"),
    listed(kube, "secrets", NO_SECRETS),
  ]);
  return { claims, configMaps, secrets };
}

/** Sorted by name; the volumes of runs come last. Undefined if the list can't be read. */
export async function listed(
  kube: Kube,
  kind: ObjectKind,
  fields?: string,
): Promise<Row[] | undefined> {
  try {
    const metadataOnly = kind !== "claims";
    const { namespace } = kube;
    const found = await kube.list(RESOURCES[kind], { namespace, metadataOnly, fields });
    const isOfRun = ({ metadata }: typeof found[number]) =>
      metadata.ownerReferences?.some((owner) => /^(Pipeline|Task)Run$/.test(owner.kind)) ?? false;
    return found
      .toSorted((a, b) =>
        Number(isOfRun(a)) - Number(isOfRun(b)) || (a.metadata.name < b.metadata.name ? -1 : 1)
      )
      .map((object) => ({
        text: object.metadata.name,
        about: [objectText(object), isOfRun(object) ? "of a run" : ""].filter(Boolean).join(", "),
      }));
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return undefined;
  }
}
