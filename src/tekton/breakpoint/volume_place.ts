/** A directory of a volume, to find it again in a step that mounts it at another path. Pure. */
import type { Pod } from "../pod.ts";
import { plainDirectory, whyNoDirectory } from "../source/destination.ts";
import type { HeldPlace } from "../source/held_destination.ts";
import { writableMounts } from "./held_facts.ts";

export interface VolumePlace {
  /** `claim/NAME` of a PersistentVolumeClaim; else `pod/POD/VOLUME`, which ends with the pod. */
  readonly volume: string;
  /** Relative to the root of the volume. */
  readonly directory: string;
}

/** Undefined if the container mounts no volume there, or a part that only Kubernetes knows. */
export function volumePlace(
  pod: Pod,
  container: string,
  { path, directory }: HeldPlace,
): VolumePlace | undefined {
  const mount = mountsOf(pod, container).find(({ mountPath }) => mountPath === path);
  if (mount === undefined || mount.subPathExpr) return undefined;
  return {
    volume: volumeKey(pod, mount.name),
    directory: plainDirectory(`${mount.subPath || "."}/${directory}`),
  };
}

/**
 * Returns the place in the container. Undefined if the container cannot write there. The place is
 * from an annotation, which others can write.
 */
export function placeIn(
  pod: Pod,
  container: string,
  { volume, directory }: VolumePlace,
): HeldPlace | undefined {
  if (whyNoDirectory(directory) !== undefined) return undefined;
  const usable = writableMounts(pod, container);
  const places = mountsOf(pod, container).flatMap((mount) => {
    const { name, mountPath, subPath, subPathExpr } = mount;
    if (subPathExpr || !usable.includes(mountPath) || volumeKey(pod, name) !== volume) return [];
    const below = directoryBelow(plainDirectory(subPath || "."), plainDirectory(directory));
    return below === undefined ? [] : [{ path: mountPath, directory: below }];
  });
  return places[0];
}

function mountsOf(pod: Pod, container: string) {
  const mounts = pod.spec?.containers?.find(({ name }) => name === container)?.volumeMounts ?? [];
  return mounts.map((one) => ({ ...one, mountPath: one.mountPath.replace(/(.)\/+$/, "$1") }));
}

function volumeKey({ metadata, spec }: Pod, volume: string): string {
  const found = spec?.volumes?.find(({ name }) => name === volume)?.persistentVolumeClaim;
  return found === undefined ? `pod/${metadata.name}/${volume}` : `claim/${found.claimName}`;
}

function directoryBelow(root: string, directory: string): string | undefined {
  if (root === ".") return directory;
  if (directory === root) return ".";
  return directory.startsWith(`${root}/`) ? directory.slice(root.length + 1) : undefined;
}
