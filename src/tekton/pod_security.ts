/** Explains what pod security asks of the pods of runs. Pure. */

/** Whether the message of Kubernetes says that pod security refuses a pod. */
export function isPodSecurity(message: string): boolean {
  return /violates PodSecurity/.test(message);
}

/**
 * The settings that let the pods in. A pod template is for the whole pod, so it cannot give what
 * only containers have, and Tekton adds containers to the pod.
 *
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export const POD_SECURITY_HINT =
  "each step needs a securityContext, as by the Task's stepTemplate, with " +
  "allowPrivilegeEscalation: false and capabilities: {drop: [ALL]}, and Tekton's own containers " +
  "its feature flag set-security-context=true; only runAsNonRoot and seccompProfile may come from " +
  "--pod-template";
