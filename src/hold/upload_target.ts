/** The target that a held step's gate prints. Pure. */
import { writableMounts } from "../tekton/breakpoint/held_facts.ts";
import type { Pod } from "../tekton/pod.ts";
import { plainDirectory, whyNoDirectory } from "../tekton/source/destination.ts";
import type { HeldPlace } from "../tekton/source/held_destination.ts";
import type { Pause } from "./pause.ts";

/**
 * Returns the target that an upload's run was created with. Undefined if the run has none, or if
 * the gate's line, which any process of the container can print, names no writable volume.
 */
export function uploadTarget(
  pod: Pod,
  { container, directory: path, into = "" }: Pick<Pause, "container" | "directory" | "into">,
): HeldPlace | undefined {
  const isMount = writableMounts(pod, container).includes(path);
  if (!isMount || whyNoDirectory(into) !== undefined) return undefined;
  return { path, directory: plainDirectory(into) };
}
