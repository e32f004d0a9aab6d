/** Where word is left of what an upload sent, for the next one into the same volume: pure. */
import { createHash } from "node:crypto";
import { GATE_DIRECTORY } from "../step/scripts.ts";
import type { Pod } from "../tekton/model.ts";
import { RECORD_FILE } from "../step/protocol/record.ts";
import type { Pause } from "../hold/pause.ts";

/** What Tekton calls the claims that it makes of a volumeClaimTemplate: they end with their run. */
const OF_A_TEMPLATE = /^pvc-[0-9a-f]{10}$/;

export interface RecordPlaceOptions {
  /** The held step's pod; undefined where it is not known any more. */
  readonly pod?: Pod;
  readonly pause: Pick<Pause, "container" | "directory">;
  /** Relative to the workspace. */
  readonly directory: string;
  /** Whether the step goes on once the upload is there. */
  readonly release: boolean;
}

/**
 * In the directory itself where that outlives the run, beside the gate where another upload may come into the step that
 * holds still; undefined where there will be none. A path, or relative to the directory.
 */
export function recordPlace(
  { pod, pause, directory, release }: RecordPlaceOptions,
): string | undefined {
  const container = pod?.spec?.containers?.find(({ name }) => name === pause.container);
  const mount = container?.volumeMounts?.find(({ mountPath }) => mountPath === pause.directory);
  const claim = pod?.spec?.volumes?.find(({ name }) => name === mount?.name)
    ?.persistentVolumeClaim?.claimName;
  if (claim !== undefined && !OF_A_TEMPLATE.test(claim)) return `./${RECORD_FILE}`;
  if (release) return undefined;
  const key = createHash("sha256").update(`${pause.directory}\n${directory}`).digest("hex");
  return `${GATE_DIRECTORY}/record-${key.slice(0, 12)}`;
}
