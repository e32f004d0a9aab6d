/** Decides where an upload keeps its record for the next one into the same volume. Pure. */
import { createHash } from "node:crypto";
import { GATE_DIRECTORY } from "../step/scripts.ts";
import type { Pod } from "../tekton/model.ts";
import { RECORD_FILE } from "../step/protocol/record.ts";
import type { Pause } from "../hold/pause.ts";

/** Tekton names a claim from a volumeClaimTemplate so. Such a claim ends with its run. */
const TEMPLATE_CLAIM = /^pvc-[0-9a-f]{10}$/;

export interface RecordPlaceOptions {
  /** The pod of the held step; undefined if it is no longer known. */
  readonly pod?: Pod;
  readonly pause: Pick<Pause, "container" | "directory">;
  /** The target directory, relative to the workspace. */
  readonly directory: string;
  /** Whether the held step gets another upload, before or after this one. */
  readonly hasOthers: boolean;
}

/**
 * Returns a path for the record: in the target directory if its volume outlives the run; beside the
 * gate if the held step gets several uploads; otherwise undefined. The first is relative to the
 * target directory.
 */
export function recordPlace(
  { pod, pause, directory, hasOthers }: RecordPlaceOptions,
): string | undefined {
  if (outlivesRun({ pod, pause })) return `./${RECORD_FILE}`;
  if (!hasOthers) return undefined;
  const key = createHash("sha256").update(`${pause.directory}\n${directory}`).digest("hex");
  return `${GATE_DIRECTORY}/record-${key.slice(0, 12)}`;
}

/** Whether the volume of the workspace outlives the run, so that other runs may use it. */
export function outlivesRun({ pod, pause }: Pick<RecordPlaceOptions, "pod" | "pause">): boolean {
  const container = pod?.spec?.containers?.find(({ name }) => name === pause.container);
  const mount = container?.volumeMounts?.find(({ mountPath }) => mountPath === pause.directory);
  const claim = pod?.spec?.volumes?.find(({ name }) => name === mount?.name)
    ?.persistentVolumeClaim?.claimName;
  return claim !== undefined && !TEMPLATE_CLAIM.test(claim);
}
