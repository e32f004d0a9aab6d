/** A TaskRun's pod: one container per step, the workspaces as volumes. */
import type { KubeObject } from "../../../kube/interface.ts";
import { LABEL, type Step, type TaskRun, type WorkspaceBinding } from "../../../tekton/model.ts";
import { VOLUME_CLAIMS } from "../../store/kinds.ts";
import type { ContainerSpec, PodObject } from "../../node/pod_object.ts";
import type { Store } from "../../store/store.ts";
import type { Volume } from "../../node/volumes.ts";
import { ownerReference } from "../conditions.ts";
import { entrypointFlags, internalMounts, internalVolumes } from "./entrypoint.ts";
import { containerName, hashedName } from "../names.ts";
import type { ResolvedTask } from "./task_spec.ts";

/** The path at which Tekton puts a step's script. */
export function scriptPath(at: number): string {
  return `/tekton/scripts/script-${at}`;
}

/** Creates the claims of volumeClaimTemplates, but does not store the pod. */
export function makePod(store: Store, run: TaskRun, task: ResolvedTask, name: string): PodObject {
  const { namespace, labels, annotations } = run.metadata;
  const volumes = new Map<string, Volume>();
  for (const volume of (task.spec.volumes ?? []) as unknown as Volume[]) {
    volumes.set(volume.name, volume);
  }
  const mounts = new Map<string, { name: string; mountPath: string; subPath?: string }>();
  for (const { declared, binding, path } of task.workspaces) {
    if (binding === undefined) continue;
    const volume = volumeOf(store, run, binding);
    volumes.set(volume.name, volume);
    mounts.set(declared.name, { name: volume.name, mountPath: path, subPath: binding.subPath });
  }
  const containers = task.steps.map((step, at): ContainerSpec => ({
    ...container(step, at, task),
    volumeMounts: [
      ...mountsOf(step, task, mounts),
      ...(step.volumeMounts ?? []) as NonNullable<ContainerSpec["volumeMounts"]>,
      ...internalMounts(task, at),
    ],
  }));
  const spec = {
    initContainers: initContainers(task),
    containers,
    volumes: [...internalVolumes(task), ...volumes.values()],
    restartPolicy: "Never",
    serviceAccountName: run.spec.serviceAccountName ?? "default",
  };
  const metadata = {
    name,
    namespace,
    labels: {
      ...labels,
      [LABEL.taskRun]: run.metadata.name!,
      "tekton.dev/taskRunUID": run.metadata.uid!,
      "app.kubernetes.io/managed-by": labels?.["app.kubernetes.io/managed-by"] ??
        "tekton-pipelines",
    },
    annotations: { ...annotations, "pipeline.tekton.dev/release": "v1.9.0" },
    ownerReferences: [ownerReference(run)],
  };
  return { metadata, spec, status: { phase: "Pending" } };
}

/** The sandbox does their work itself; their logs say so in Tekton's words. */
function initContainers({ steps }: ResolvedTask): ContainerSpec[] {
  const hasScript = steps.some(({ script }) => script !== undefined);
  return ["prepare", ...hasScript ? ["place-scripts"] : []].map((name) => ({ name, image: name }));
}

/** Shows the entrypoint's command line, though the sandbox itself does the entrypoint's work. */
function container(
  step: Step,
  at: number,
  task: ResolvedTask,
): ContainerSpec & Record<string, unknown> {
  const { name, image, workingDir } = step;
  const argv = step.script === undefined ? step.command ?? [] : [scriptPath(at)];
  const [program = "", ...rest] = argv;
  return {
    name: containerName(name!),
    image: image ?? "",
    command: ["/tekton/bin/entrypoint"],
    args: [
      ...entrypointFlags(step, at, task),
      ...["-entrypoint", program, "--", ...rest, ...(step.args ?? [])],
    ],
    env: step.env as ContainerSpec["env"],
    envFrom: step.envFrom as ContainerSpec["envFrom"],
    workingDir,
  };
}

/** If any step lists a workspace itself, only the steps that list it get it. */
function mountsOf(
  step: Step,
  task: ResolvedTask,
  mounts: Map<string, { name: string; mountPath: string; subPath?: string }>,
) {
  return [...mounts].flatMap(([name, mount]) => {
    const isIsolated = task.steps.some((each) => each.workspaces?.some((use) => use.name === name));
    const use = step.workspaces?.find((each) => each.name === name);
    if (isIsolated && use === undefined) return [];
    return [{ ...mount, mountPath: use?.mountPath ?? mount.mountPath }];
  });
}

function volumeOf(store: Store, run: TaskRun, binding: WorkspaceBinding): Volume {
  const { emptyDir, persistentVolumeClaim, configMap, secret } = binding;
  const claimName = binding.volumeClaimTemplate === undefined
    ? persistentVolumeClaim?.claimName
    : makeClaim(store, run, binding);
  const key = claimName ?? `${run.metadata.uid}/${binding.name}`;
  const name = hashedName("ws", key, 5);
  if (claimName !== undefined) return { name, persistentVolumeClaim: { claimName } };
  return { name, emptyDir, configMap, secret } as Volume;
}

/** Returns the claim of a volumeClaimTemplate, one per run and workspace. */
export function makeClaim(store: Store, owner: KubeObject, binding: WorkspaceBinding): string {
  const template = (binding.volumeClaimTemplate ?? {}) as Partial<KubeObject>;
  const { namespace = "", uid } = owner.metadata;
  const name = hashedName(template.metadata?.name ?? "pvc", `${binding.name}/${uid}`, 10);
  if (store.find(VOLUME_CLAIMS, namespace, name) === undefined) {
    store.create(VOLUME_CLAIMS, {
      ...template,
      metadata: { ...template.metadata, name, namespace, ownerReferences: [ownerReference(owner)] },
      status: { phase: "Bound" },
    });
  }
  return name;
}
