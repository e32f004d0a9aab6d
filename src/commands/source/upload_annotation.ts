/** The annotation that an upload leaves on its run, for those who find the run later. */
import { checked, type Shape } from "../../shape.ts";
import type { VolumePlace } from "../../tekton/breakpoint/volume_place.ts";
import type { Receipt } from "../../tree/archive/checksum_list.ts";
import type { GitFacts } from "../../tree/git/git_facts.ts";

const UPLOAD_ANNOTATION = "tkn-dev/upload";

const SHAPE: Shape = { place: { volume: "name", directory: "name" } };

export interface UploadFacts {
  readonly git?: GitFacts;
  /** The commit that the clone fetched; `git` is of the local checkout. */
  readonly base?: string;
  /** Where the files are; undefined if no other step can have them. */
  readonly place?: VolumePlace;
}

/** The digest is that of the list of all sent files; the others are those of the commit `base`. */
export function uploadAnnotations(
  { files, bytes, digest }: Receipt,
  { git, base, place }: UploadFacts,
) {
  const { commit, dirty } = git ?? {};
  const facts = { files, bytes, digest, commit, dirty, base, place };
  return { [UPLOAD_ANNOTATION]: JSON.stringify(facts) };
}

/** Returns where the run's upload is; undefined if the annotation does not tell. */
export function uploadedPlace(
  annotations: Readonly<Record<string, string>> | undefined,
): VolumePlace | undefined {
  let given: unknown;
  try {
    given = JSON.parse(annotations?.[UPLOAD_ANNOTATION] ?? "{}");
  } catch {
    return undefined; // anyone who may change the run can write it
  }
  const read = checked(given, SHAPE);
  return "value" in read ? (read.value as { place?: VolumePlace }).place : undefined;
}
