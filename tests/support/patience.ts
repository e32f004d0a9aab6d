/**
 * The longest wait for what a cluster does. Tekton's start signal may delay the first step of a pod
 * for up to 90 s: the kubelet passes it on at its next look at the pod.
 */
export const PATIENCE_MS = 150_000;
