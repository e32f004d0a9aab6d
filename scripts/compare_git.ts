/**
 * Compares the files that an upload has with the files that git lists, over the history of real
 * repositories:
 *
 *     deno run -A scripts/compare_git.ts COMMITS REPOSITORY...
 *
 * It clones each repository into a temporary directory and checks out COMMITS of its commits in
 * turn, with additional files that match its ignore rules. A difference is an error.
 */
import { compareHistory } from "../tests/support/git_history.ts";
import { temporaryDirectory } from "../tests/support/temporary.ts";

const [commits, ...repositories] = Deno.args;
for (const repository of repositories) {
  using place = temporaryDirectory();
  const sum = { commits: 0, files: 0, ignored: 0, trackedThoughIgnored: 0 };
  const directory = `${place.path}/checkout`;
  for await (const one of compareHistory(repository, { directory, count: Number(commits) })) {
    sum.commits++;
    sum.files += one.files;
    sum.ignored += one.ignored;
    sum.trackedThoughIgnored += one.trackedThoughIgnored;
  }
  const told = `${repository}: equal at ${sum.commits} commits, ${sum.files} files, ` +
    `${sum.ignored} ignored, ${sum.trackedThoughIgnored} tracked though ignored\n`;
  await Deno.stdout.write(new TextEncoder().encode(told));
}
