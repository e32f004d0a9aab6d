/** The annotation that an upload leaves on its run, for those who find the run later. */
import { checked, type Shape } from "../../shape.ts";
import type { VolumePlace } from "../../tekton/breakpoint/volume_place.ts";
import type { Receipt } from "../../tree/archive/checksum_list.ts";
import type { GitFacts } from "../../tree/git/git_facts.ts";

const UPLOAD_ANNOTATION = "tkn-dev/upload";

const PLACE: Shape = { place: { volume: "name", directory: "name" } };
const BASE: Shape = { base: "text" };

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

type Annotations = Readonly<Record<string, string>> | undefined;

/** Returns where the run's upload is; undefined if the annotation does not tell. */
export function uploadedPlace(annotations: Annotations): VolumePlace | undefined {
  return read<{ place?: VolumePlace }>(annotations, PLACE).place;
}

/** Returns the commit that the run's upload was made for, which anyone may have written. */
export function uploadedBase(annotations: Annotations): string | undefined {
  const { base = "" } = read<{ base?: string }>(annotations, BASE);
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(base) ? base : undefined;
}

function read<T>(annotations: Annotations, shape: Shape): Partial<T> {
  try {
    const found = checked(JSON.parse(annotations?.[UPLOAD_ANNOTATION] ?? "{}"), shape);
    return "value" in found ? found.value as T : {};
  } catch {
    return {}; // anyone who may change the run can write it
  }
}
