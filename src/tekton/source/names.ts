/**
 * Recognizes params, results, workspaces and Tasks by their names: a repository's URL, its commit,
 * credentials, a clone. Names are compared without case, `-` and `_`. Pure.
 *
 * Source: the clone Tasks of the Tekton catalog, OpenShift Pipelines, Konflux, RHTAP and IBM.
 */

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, "");
}

/** Whether the param is a repository's URL: `repo-url`, `gitRepository`, `GIT_URL`. */
export function isUrlParam(name: string): boolean {
  return /^(git|source|src|scm|app|application|code|project|clone|main)*(repo|repository|url|uri)(git)?(url|uri|link)?$/
    .test(plain(name));
}

/** Whether the result is the commit: `commit`, `COMMIT_SHA`, `CHAINS-GIT_COMMIT`, `revision`. */
export function isCommitResult(name: string): boolean {
  return /^(chains)?(git|source|src|resolved|short|merged|head)*(commit|sha|revision)(id|sha|hash)?$/
    .test(plain(name));
}

/**
 * Whether the param is the clone's directory in the workspace: `subdirectory`, `directory-name`.
 */
export function isDirectoryParam(name: string): boolean {
  return /^(git|clone|checkout|target|output|destination)?(subdirectory|subdir|directoryname|dirname)$/
    .test(plain(name)) ||
    /^(clone|checkout|target|destination)(directory|dir|path)$/.test(plain(name));
}

/**
 * Whether the param is what the clone checks out, and may be a commit: `revision`, `GIT_REF`. A
 * branch or a tag may not: `git clone --branch` takes no hash.
 */
export function isRevisionParam(name: string): boolean {
  return /^(git|source|src|scm|repo|repository|clone|checkout|target)*(revision|rev|ref|(commit|sha)(id|sha|hash)?)$/
    .test(plain(name));
}

/** Whether the param makes the clone empty its directory first: `deleteExisting`. */
export function isDeleteParam(name: string): boolean {
  return plain(name) === "deleteexisting";
}

/** Whether a Task, StepAction or step has a clone's name: `task-git-clone`, `git-batch-merge`. */
export function looksLikeClone(name: string): boolean {
  return /(^|[-_./])git[-_]?(clone|checkout|batch-merge)([-_./:@]|$)/i.test(name);
}

/**
 * Whether a Pipeline's task has a clone's name; a shorter one is enough: `clone`, `fetch-source`.
 */
export function looksLikeCloneTask(name: string): boolean {
  return looksLikeClone(name) ||
    /^(git[-_]?)?(clone|checkout|fetch|pull|get)([-_](git|the|app|application))*[-_]?(repo|repos|repository|source|sources|code|sourcecode|src|git)?$/i
      .test(name);
}

/** Whether the workspace is for credentials: `basic-auth`, `ssh-directory`, `dockerconfig`. */
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
