/** The annotation that an upload leaves on its run, for those who find the run later. */
import type { Receipt } from "../../tree/archive/checksum_list.ts";
import type { GitFacts } from "../../tree/git/git_facts.ts";

const UPLOAD_ANNOTATION = "tkn-dev/upload";

/** The digest is that of the list of all sent files; the others are those of the commit `base`. */
export function uploadAnnotations(
  { files, bytes, digest }: Receipt,
  facts?: GitFacts,
  base?: string,
) {
  const { commit, dirty } = facts ?? {};
  return { [UPLOAD_ANNOTATION]: JSON.stringify({ files, bytes, digest, commit, dirty, base }) };
}
