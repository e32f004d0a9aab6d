/** git is the judge of what is sent, on this project's own history; scripts/compare_git.ts takes any other. */
import assert from "node:assert/strict";
import { git } from "../../../support/git_judge.ts";
import { judgeHistory } from "../../../support/git_history.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";
import { missing, testWith } from "../../../support/tools.ts";

const PROJECT = new URL("../../../..", import.meta.url).pathname.replace(/\/$/, "");

testWith(["git"], "git and the walk agree on this project's own history", async () => {
  using place = temporaryDirectory();
  let files = 0;
  let ignored = 0;
  const options = { directory: `${place.path}/checkout`, count: 8 };
  for await (const judged of judgeHistory(PROJECT, options)) {
    files += judged.files;
    ignored += judged.ignored;
  }
  assert(files > 100, `only ${files} files`);
  assert(ignored > 0);
}, { ignore: !isCheckout() });

/** The project may have come without its history. */
function isCheckout(): boolean {
  if (missing("git").length > 0) return false;
  try {
    return git(PROJECT, "rev-parse", "--verify", "HEAD") !== "";
  } catch {
    return false;
  }
}
