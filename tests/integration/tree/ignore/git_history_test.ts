/**
 * Compares the walk with git on this project's history; scripts/compare_git.ts takes any
 * repository.
 */
import assert from "node:assert/strict";
import { git } from "../../../support/git_judge.ts";
import { compareHistory } from "../../../support/git_history.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";
import { missing, testWith } from "../../../support/tools.ts";

const PROJECT = new URL("../../../..", import.meta.url).pathname.replace(/\/$/, "");

testWith(["git"], "git and the walk agree on this project's own history", async () => {
  using place = temporaryDirectory();
  let files = 0;
  let ignored = 0;
  const options = { directory: `${place.path}/checkout`, count: 8 };
  for await (const compared of compareHistory(PROJECT, options)) {
    files += compared.files;
    ignored += compared.ignored;
  }
  assert(files > 100, `only ${files} files`);
  assert(ignored > 0);
}, { ignore: !isCheckout() });

/** Returns false if the project was copied without its history. */
function isCheckout(): boolean {
  if (missing("git").length > 0) return false;
  try {
    return git(PROJECT, "rev-parse", "--verify", "HEAD") !== "";
  } catch {
    return false;
  }
}
