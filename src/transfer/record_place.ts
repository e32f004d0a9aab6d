/** Decides where an upload keeps its record for the next one into the same directory. Pure. */
import { createHash } from "node:crypto";
import { GATE_DIRECTORY } from "../step/gate_script.ts";
import type { Pod } from "../tekton/pod.ts";
import { RECORD_FILE } from "../step/protocol/record.ts";
import type { Pause } from "../hold/pause.ts";

/** Tekton names a claim from a volumeClaimTemplate so. Such a claim ends with its run. */
const TEMPLATE_CLAIM = /^pvc-[0-9a-f]{10}$/;

/**
 * The steps of the run that get the tree again, or had it before: the held step, or others as well,
 * perhaps in other pods.
 */
export type SentAgain = "here" | "elsewhere";

export interface RecordPlaceOptions {
  /** The pod of the held step; undefined if it is no longer known. */
  readonly pod?: Pod;
  readonly pause: Pick<Pause, "container" | "directory">;
  /** The target directory, relative to the workspace. */
  readonly directory: string;
  /** Undefined if no step of the run gets another upload. */
  readonly again: SentAgain | undefined;
}

/**
 * Returns a path for the record: in the target directory if the next upload may come through
 * another pod, of another run or of this one; beside the gate, which all held steps of the pod
 * share, for other uploads of this run; otherwise undefined. The first is relative to the target
 * directory.
 */
export function recordPlace(
  { pod, pause, directory, again }: RecordPlaceOptions,
): string | undefined {
  const claim = claimOf({ pod, pause });
  if (claim !== undefined && (again === "elsewhere" || !endsWithRun(claim))) {
    return `./${RECORD_FILE}`;
  }
  if (again === undefined) return undefined;
  const key = createHash("sha256").update(`${pause.directory}\n${directory}`).digest("hex");
  return `${GATE_DIRECTORY}/record-${key.slice(0, 12)}`;
}

/** Whether the volume of the workspace outlives the run, so that other runs may use it. */
export function outlivesRun(mounted: Mounted): boolean {
  const claim = claimOf(mounted);
  return claim !== undefined && !endsWithRun(claim);
}

type Mounted = Pick<RecordPlaceOptions, "pod" | "pause">;

function endsWithRun(claim: string): boolean {
  return TEMPLATE_CLAIM.test(claim);
}

/** Returns the claim of the workspace; undefined for a volume that ends with the pod. */
function claimOf({ pod, pause }: Mounted): string | undefined {
  const container = pod?.spec?.containers?.find(({ name }) => name === pause.container);
  const mount = container?.volumeMounts?.find(({ mountPath }) => mountPath === pause.directory);
  return pod?.spec?.volumes?.find(({ name }) => name === mount?.name)
    ?.persistentVolumeClaim?.claimName;
}
