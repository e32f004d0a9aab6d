/** Runs git in a directory as if the user had typed the command there. */
import type { HiddenVariable, Host } from "../../host.ts";

/** Runs git with these arguments. Returns its stdout, or undefined if it can't be run or fails. */
export type Git = (...args: string[]) => Promise<string | undefined>;

/**
 * Variables that point git to another repository. Git sets them for hooks, and a hook may run this
 * program. They are the list of `git rev-parse --local-env-vars`, which git itself clears before it
 * reads another repository. Two of them also carry a user's or an image's settings, such as
 * safe.directory. Git keeps these two for submodules (submodule.c, prepare_submodule_repo_env), so
 * they are kept if git can parse them.
 */
export const OTHER_REPOSITORY: readonly HiddenVariable[] = [
  { name: "GIT_CONFIG_COUNT", unless: /^\d{1,4}$/ },
  { name: "GIT_CONFIG_PARAMETERS", unless: /^\s*'.*'\s*$/s },
  ...[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
  ].map((name) => ({ name })),
];

/** Returns a runner for `directory`. Without optional locks, it never blocks the user's own git. */
export function gitIn(capture: Host["capture"], directory: string): Git {
  return (...args) =>
    capture(["git", "--no-optional-locks", ...args], { cwd: directory, without: OTHER_REPOSITORY });
}
