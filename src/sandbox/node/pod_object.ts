/** Pods and their containers as the store holds them. */
import type { KubeObject } from "../../kube/interface.ts";
import type { EnvFrom, EnvVar } from "./environment.ts";
import type { Volume } from "./volumes.ts";

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly env?: EnvVar[];
  readonly envFrom?: EnvFrom[];
  readonly workingDir?: string;
  readonly volumeMounts?: {
    name: string;
    mountPath: string;
    subPath?: string;
    readOnly?: boolean;
  }[];
}

export interface PodObject extends KubeObject {
  spec: {
    initContainers?: ContainerSpec[];
    containers: ContainerSpec[];
    volumes?: Volume[];
    [key: string]: unknown;
  };
}

export interface EphemeralContainer extends ContainerSpec {
  readonly command?: string[];
  readonly args?: string[];
  readonly stdin?: boolean;
  readonly tty?: boolean;
  readonly targetContainerName?: string;
  readonly [key: string]: unknown;
}
