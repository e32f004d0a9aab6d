/** Pods as far as the program reads them. */
import type { KubeObject } from "../kube/interface.ts";
import type { Condition, Step } from "./model.ts";

/** A Pod, with the fields that show why a step does not start and whether it ended. */
export interface Pod extends KubeObject {
  spec?: {
    containers?: PodContainer[];
    initContainers?: {
      name: string;
      image?: string;
      securityContext?: Record<string, unknown>;
    }[];
    nodeName?: string;
    volumes?: Volume[];
  };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

export interface Volume {
  name: string;
  persistentVolumeClaim?: { claimName: string; readOnly?: boolean };
  emptyDir?: Record<string, unknown>;
  ephemeral?: Record<string, unknown>;
  csi?: { driver?: unknown; readOnly?: boolean; [key: string]: unknown };
}

export interface PodContainer {
  name: string;
  image?: string;
  args?: string[];
  env?: Step["env"];
  envFrom?: { secretRef?: { name: string }; [key: string]: unknown }[];
  volumeMounts?: {
    name: string;
    mountPath: string;
    readOnly?: boolean;
    subPath?: string;
    subPathExpr?: string;
  }[];
  resources?: { limits?: Record<string, string> };
  securityContext?: Record<string, unknown>;
}

export interface ContainerStatus {
  name: string;
  image?: string;
  ready?: boolean;
  state?: {
    waiting?: { reason?: string; message?: string };
    running?: { startedAt?: string };
    terminated?: { exitCode: number; reason?: string; message?: string };
  };
}
