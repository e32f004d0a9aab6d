/** Refuses pods, as the API server does, and steps that the sandbox cannot run. */
import type { Step, TaskRun } from "../../../tekton/model.ts";
import type { PodObject } from "../../node/pod_object.ts";
import { whyInvalid } from "../../node/sub_path.ts";
import { RunFailure } from "../conditions.ts";

/** Throws RunFailure with the words of the API server, which rejects such a pod. */
export function checkSubPaths({ metadata, spec }: PodObject, run: TaskRun): void {
  for (const [at, { volumeMounts = [] }] of spec.containers.entries()) {
    for (const { subPath = "" } of volumeMounts) {
      const why = whyInvalid(subPath);
      if (why === undefined) continue;
      const field = `spec.containers[${at}].volumeMounts.subPath`;
      throw new RunFailure(
        "PodCreationFailed",
        `failed to create task run pod "${run.metadata.name}": Pod "${metadata.name}" is invalid: ` +
          `${field}: Invalid value: "${subPath}": ${why}. Maybe invalid TaskSpec`,
      );
    }
  }
}

/** Throws RunFailure for a step without work that the sandbox can do. */
export function checkSteps(steps: readonly Step[], run: TaskRun): void {
  for (const { name, script, command, ref } of steps) {
    if (script !== undefined || command?.length) continue;
    const lack = ref === undefined
      ? "has no command and no script, and the sandbox knows no image's ENTRYPOINT"
      : "refers to a StepAction, which the sandbox does not have";
    throw new RunFailure(
      "PodCreationFailed",
      `failed to create task run pod "${run.metadata.name}": step "${name}" ${lack}`,
    );
  }
}
