/** The names of results in which Tasks that clone report facts about the checkout. Pure. */

/** A fact about the checkout. */
export type CheckoutFact = "commit" | "shortCommit" | "tree" | "committerDate" | "branch" | "url";

/**
 * The names in lower case and without signs: "CHAINS-GIT_COMMIT", "chains-git_commit" and
 * "chainsGitCommit" are the same.
 *
 * Source: git-clone, git-batch-merge and git-cli in Tekton's catalog; the Tasks of Konflux
 * (commit-timestamp, merged_sha), OpenShift (COMMITTER_DATE) and IBM (git-repository); and names
 * that users choose for their own Tasks.
 */
const NAMES: Record<CheckoutFact, string> = {
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
    names.split(" ").map((name) => [name, known as CheckoutFact] as const)
  ),
);

/** Returns the fact that a result of this name reports; undefined for other names. */
export function checkoutFact(name: string): CheckoutFact | undefined {
  const words = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return KNOWN.get(words) ?? KNOWN.get(words.replace(/^result|result$/, ""));
}
