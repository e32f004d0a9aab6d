/** Looks, before a run is created, whether the objects that it names exist. */
import { ClusterError, ExpectedError } from "../../errors.ts";
import type { Kube, Resource } from "../../kube/interface.ts";
import { isStatus } from "../../kube/status.ts";
import { CLAIMS } from "../../objects/claims.ts";
import { CONFIG_MAPS, SECRETS, SERVICE_ACCOUNTS } from "../../objects/core.ts";
import type { Run } from "../../tekton/model.ts";
import { type NamedKind, type NamedObject, namedObjects } from "../../tekton/named_objects.ts";

const RESOURCES: Readonly<Record<NamedKind, Resource>> = {
  "claim": CLAIMS,
  "config map": CONFIG_MAPS,
  "secret": SECRETS,
  "service account": SERVICE_ACCOUNTS,
};
/** As kubectl calls them. */
const SHORT: Readonly<Record<NamedKind, string>> = {
  "claim": "pvc",
  "config map": "configmaps",
  "secret": "secrets",
  "service account": "serviceaccounts",
};

/** Returns the named objects that do not exist. Those that the user may not read count as there. */
export async function missingObjects(kube: Kube, run: Run): Promise<NamedObject[]> {
  const named = namedObjects(run);
  const isThere = await Promise.all(named.map((one) => exists(kube, one)));
  return named.filter((_, at) => !isThere[at]);
}

async function exists(kube: Kube, { kind, name }: NamedObject): Promise<boolean> {
  try {
    await kube.get(RESOURCES[kind], kube.namespace, name, { metadataOnly: true });
    return true;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return !isStatus(error, 404); // the run itself shows any other error
  }
}

/**
 * Throws ClusterError for the first of the missing objects that the run as it is created still
 * names: an upload may stand in for the only task that needed it.
 */
export function checkNoneMissing(
  { namespace }: Pick<Kube, "namespace">,
  missing: readonly NamedObject[],
  run: Run,
): void {
  const needed = namedObjects(run);
  const found = needed.find((one) => missing.some((other) => isSame(one, other)));
  if (found === undefined) return;
  const { text, hint } = missingText(found, namespace);
  throw new ClusterError(`Cannot start a run with ${text}`, { hint });
}

/** Returns a note for a run that is created all the same. */
export function missingNote(missing: NamedObject, namespace: string): string {
  const { text, hint } = missingText(missing, namespace);
  return `${text}; ${hint}`;
}

function missingText({ kind, name, owner }: NamedObject, namespace: string) {
  const place = owner === undefined ? "" : ` (${owner})`;
  return {
    text: `${kind} "${name}"${place}: not found in namespace "${namespace}"`,
    hint: `${listCommand(kind, namespace)} lists those that exist`,
  };
}

/** Returns the command line of kubectl that lists such objects. */
export function listCommand(kind: NamedKind, namespace: string): string {
  return `kubectl get ${SHORT[kind]} -n ${namespace}`;
}

function isSame(one: NamedObject, other: NamedObject): boolean {
  return one.kind === other.kind && one.name === other.name;
}
