/** How git is run for a directory: as if it was called there by hand. */
import type { HiddenVariable, Host } from "../../host.ts";

/** Its stdout, or undefined where it can't be run or fails. */
export type Git = (...args: string[]) => Promise<string | undefined>;

/**
 * What says where another repository is: a hook is run with it, and all that a hook runs. It is the list of
 * `git rev-parse --local-env-vars`, the same that git itself takes away before it looks into another repository. With
 * two of them a person, or an image, gives settings such as safe.directory, and git keeps those for its submodules
 * (submodule.c, prepare_submodule_repo_env): they stay where git can read them.
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

/** No optional locks: it must not get in the way of a git that the user runs at the same time. */
export function gitIn(capture: Host["capture"], directory: string): Git {
  return (...args) =>
    capture(["git", "--no-optional-locks", ...args], { cwd: directory, without: OTHER_REPOSITORY });
}
