/** `…/pods/NAME/ephemeralcontainers`: adds containers to a running pod, as `kubectl debug` does. */
import { isDeepStrictEqual } from "node:util";
import type { KubeObject } from "../../kube/interface.ts";
import {
  badRequest,
  type FieldProblem,
  invalidFields,
  methodNotAllowed,
  unsupportedMediaType,
} from "../store/api_error.ts";
import { PODS } from "../store/kinds.ts";
import type { Kubelet } from "../node/kubelet.ts";
import type { Store } from "../store/store.ts";
import type { EphemeralContainer, PodObject } from "../node/pod_object.ts";

export interface Node {
  readonly store: Store;
  readonly kubelet: Kubelet;
}

/** Throws ApiError. */
export async function addEphemeralContainers(
  { store, kubelet }: Node,
  pod: KubeObject,
  request: Request,
): Promise<Response> {
  if (request.method !== "PATCH") throw methodNotAllowed();
  const before = listOf(pod);
  const wanted = await wantedList(before, request);
  const problems = [
    ...invalidFieldsOf(pod as PodObject, wanted),
    ...changeProblems(before, wanted),
  ];
  if (problems.length > 0) throw invalidFields(PODS, pod.metadata.name!, problems);
  if (isDeepStrictEqual(before, wanted)) return Response.json(pod);
  const updated = store.modify<PodObject>(PODS, pod, (copy) => {
    copy.spec.ephemeralContainers = wanted;
    copy.metadata.generation = Number(copy.metadata.generation ?? 1) + 1;
  })!;
  for (const spec of wanted) {
    if (!before.some(({ name }) => name === spec.name)) kubelet.startEphemeral(updated, spec);
  }
  return Response.json(store.get(PODS, pod.metadata.namespace!, pod.metadata.name!));
}

function listOf(pod: unknown): EphemeralContainer[] {
  const { spec } = (pod ?? {}) as { spec?: { ephemeralContainers?: EphemeralContainer[] } };
  return spec?.ephemeralContainers ?? [];
}

/** Reads the list from a patch; the other fields of the patch have no effect. */
async function wantedList(before: EphemeralContainer[], request: Request) {
  const type = request.headers.get("content-type")?.split(";")[0];
  if (type !== "application/merge-patch+json") {
    throw unsupportedMediaType(`the sandbox knows only merge patches here, not ${type}`);
  }
  const given = await request.json().catch((error) => {
    throw badRequest(`error decoding patch: ${error.message}`);
  });
  if (given.spec?.ephemeralContainers === undefined) return before;
  return listOf(given).map(withDefaults);
}

function withDefaults(spec: EphemeralContainer): EphemeralContainer {
  return {
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: "IfNotPresent",
    ...spec,
  };
}

/** Fields that only regular containers may have. */
const REGULAR_ONLY_FIELDS = [
  "ports",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
];
const NAME_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must " +
  "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for " +
  "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

function invalidFieldsOf(pod: PodObject, wanted: readonly EphemeralContainer[]): FieldProblem[] {
  const containers = pod.spec.containers.map(({ name }) => name);
  const volumes = (pod.spec.volumes ?? []).map(({ name }) => name);
  const taken = new Set(containers);
  return wanted.flatMap((spec, at): FieldProblem[] => {
    const problems: FieldProblem[] = [];
    const refuse = (field: string, message: string) =>
      problems.push({ field: `spec.ephemeralContainers[${at}].${field}`, message });
    const { name = "", image, targetContainerName: target, volumeMounts = [] } = spec;
    if (name === "") refuse("name", "Required value");
    else if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
      refuse("name", `Invalid value: "${name}": ${NAME_RULE}`);
    } else if (taken.has(name)) refuse("name", `Duplicate value: "${name}"`);
    taken.add(name);
    if (!image) refuse("image", "Required value");
    volumeMounts.forEach((mount, index) => {
      const where = `volumeMounts[${index}]`;
      if (!volumes.includes(mount.name)) refuse(`${where}.name`, `Not found: "${mount.name}"`);
      if (mount.subPath) refuse(`${where}.subPath`, FORBIDDEN);
    });
    for (const field of REGULAR_ONLY_FIELDS) {
      if (spec[field] !== undefined) refuse(field, FORBIDDEN);
    }
    if (target && !containers.includes(target)) {
      refuse("targetContainerName", `Not found: "${target}"`);
    }
    return problems;
  });
}

const FORBIDDEN = "Forbidden: cannot be set for an Ephemeral Container";

/** Returns a problem for each existing container that the request changes or removes. */
function changeProblems(
  before: readonly EphemeralContainer[],
  wanted: readonly EphemeralContainer[],
): FieldProblem[] {
  return before.flatMap((old) => {
    const after = wanted.find(({ name }) => name === old.name);
    if (isDeepStrictEqual(old, after)) return [];
    const what = after === undefined ? "removed" : "changed";
    const message = `Forbidden: existing ephemeral containers "${old.name}" may not be ${what}\n`;
    return [{ field: "spec.ephemeralContainers", message }];
  });
}
