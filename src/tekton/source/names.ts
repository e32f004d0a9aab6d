/**
 * What the names in a Task's interface tell: which param has the url of a repository, which result its
 * commit, which workspace is for credentials. Names are compared without case, `-` and `_`. Pure.
 *
 * Source: the clones of the Tekton catalog, OpenShift Pipelines, Konflux, RHTAP and the IBM toolchain.
 */

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, "");
}

/** `url`, `repo-url`, `gitRepository`, `GIT_URL`, `source_repo`. */
export function isUrlParam(name: string): boolean {
  return /^(git|source|src|scm|app|application|code|project|clone|main)*(repo|repository|url|uri)(git)?(url|uri|link)?$/
    .test(plain(name));
}

/** `commit`, `sha`, `COMMIT_SHA`, `git-commit`, `short-commit`, `CHAINS-GIT_COMMIT`, `revision`. */
export function isCommitResult(name: string): boolean {
  return /^(chains)?(git|source|src|resolved|short|merged|head)*(commit|sha|revision)(id|sha|hash)?$/
    .test(plain(name));
}

/** The directory below the workspace that a clone goes into: `subdirectory`, `SUBDIRECTORY`, `directory-name`. */
export function isDirectoryParam(name: string): boolean {
  return /^(git|clone|checkout|target|output|destination)?(subdirectory|subdir|directoryname|dirname)$/
    .test(plain(name)) ||
    /^(clone|checkout|target|destination)(directory|dir|path)$/.test(plain(name));
}

/** Whether it empties the directory before it clones: `deleteExisting`, `DELETE_EXISTING`. */
export function isDeleteParam(name: string): boolean {
  return plain(name) === "deleteexisting";
}

/** Of a Task, a StepAction, a step, or of a task in a Pipeline: `git-clone`, `task-git-clone`, `git-batch-merge`. */
export function looksLikeClone(name: string): boolean {
  return /(^|[-_./])git[-_]?(clone|checkout|batch-merge)([-_./:@]|$)/i.test(name);
}

/** The same of a task in a Pipeline, where a shorter name is enough: `clone`, `fetch-repository`, `checkout`. */
export function looksLikeCloneTask(name: string): boolean {
  return looksLikeClone(name) ||
    /^(git[-_]?)?(clone|checkout|fetch|pull|get)([-_](git|the|app|application))*[-_]?(repo|repos|repository|source|sources|code|sourcecode|src|git)?$/i
      .test(name);
}

/** What is mounted there is no source: `basic-auth`, `ssh-directory`, `ssl-ca-directory`, `dockerconfig`, `git-credentials`. */
export function isForCredentials(name: string): boolean {
  const words = name.toLowerCase().split(/[-_.]/);
  return words.some((word) => CREDENTIAL_WORDS.has(word)) ||
    /auth|credential|dockerconfig|kubeconfig|netrc|secret|password|token|sshkey|sslca/.test(
      plain(name),
    );
}

const CREDENTIAL_WORDS = new Set(
  "auth creds cred ssh ssl tls ca cert certs key keys gpg cosign netrc kubeconfig settings".split(
    " ",
  ),
);
