/** The names under which Tasks that clone give what they know of the checkout: pure. */

/** What there is to know of it. */
export type Known = "commit" | "shortCommit" | "tree" | "committerDate" | "branch" | "url";

/**
 * As they are written without case and signs: "CHAINS-GIT_COMMIT", "chains-git_commit" and "chainsGitCommit" are one.
 * Those of git-clone, git-batch-merge and git-cli in Tekton's catalog, Konflux' (commit-timestamp, merged_sha), OpenShift's
 * (COMMITTER_DATE), IBM's (git-repository) and what people call them in Tasks of their own.
 */
const NAMES: Record<Known, string> = {
  commit:
    "commit commitsha commitid commithash sha revision mergedsha mergesha head headsha headcommit " +
    "fullsha fullcommit resolvedcommit latestcommit lastcommit currentcommit " +
    "gitcommit gitcommitsha gitcommitid gitcommithash gitsha githash gitrevision gitrev " +
    "sourcecommit sourcesha sourcerevision chainsgitcommit",
  shortCommit: "shortcommit shortcommitsha shortcommitid shortcommithash shortsha shorthash " +
    "commitshort commitshortsha shashort commitshashort " +
    "gitshortcommit gitshortsha gitcommitshort gitcommitshortsha gitshashort " +
    "gitshorthash shortgitcommit shortgitsha shortrevision",
  tree: "tree treesha treehash gittree gittreesha",
  committerDate: "committerdate committimestamp committime commitdate committimestampunix " +
    "committertimestamp gitcommittimestamp gitcommitterdate gitcommitdate gittimestamp " +
    "sourcedateepoch",
  branch: "branch branchname currentbranch gitbranch gitbranchname sourcebranch",
  url: "url giturl repourl repositoryurl repository repo gitrepository gitrepo gitrepourl " +
    "gitrepositoryurl gituri sourceurl sourcerepo remoteurl cloneurl chainsgiturl",
};

const KNOWN = new Map(
  Object.entries(NAMES).flatMap(([known, names]) =>
    names.split(" ").map((name) => [name, known as Known] as const)
  ),
);

/** What a result of this name is of the checkout; undefined for any other. */
export function knownAs(name: string): Known | undefined {
  const words = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return KNOWN.get(words) ?? KNOWN.get(words.replace(/^result|result$/, ""));
}
