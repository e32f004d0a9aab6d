/**
 * Compares what is sent with what git lists, over the history of real repositories:
 *
 *     deno run -A scripts/compare_git.ts COMMITS REPOSITORY...
 *
 * Each is cloned into a temporary directory, and COMMITS of its commits are checked out in turn, with files
 * added that its ignore rules are about. A difference is an error.
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
