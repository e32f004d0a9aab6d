/** Notes about the local git checkout, shown before the upload. Pure. */
import { firstPaths, type Note } from "./source_notes.ts";
import { formatCount } from "./text/units.ts";

export interface CheckoutFacts {
  /** Files with LF in git that are sent with CRLF. */
  readonly differ: readonly string[];
  /** Whether --eol=git would convert them. */
  readonly canConvert: boolean;
  /** The number of local CRLF files that are sent with LF. */
  readonly converted: number;
  readonly notCheckedOut: readonly string[];
  readonly emptySubmodules: readonly string[];
  readonly lfsPointers: readonly string[];
  /** Files that are sent without the credentials in them. */
  readonly cleaned: readonly string[];
}

export function checkoutNotes(facts: CheckoutFacts): Note[] {
  const { differ, canConvert, converted, notCheckedOut, emptySubmodules, lfsPointers, cleaned } =
    facts;
  return [
    pathsNote(
      differ,
      "file has LF in git but CRLF locally",
      "files have LF in git but CRLF locally",
      {
        hint: canConvert
          ? "--eol=git sends what git would check out on Linux"
          : "to let git convert them, add * text=auto to .gitattributes or set core.autocrlf",
      },
    ),
    converted === 0
      ? undefined
      : `${count(converted, "local CRLF file is", "local CRLF files are")} sent with LF, as in git`,
    pathsNote(
      notCheckedOut,
      "tracked file is not checked out and is not sent",
      "tracked files are not checked out and are not sent",
      {
        hint:
          "to get them: git sparse-checkout disable, or git update-index --no-skip-worktree PATH",
      },
    ),
    pathsNote(
      emptySubmodules,
      "submodule is not checked out and is sent empty",
      "submodules are not checked out and are sent empty",
      { hint: "to get them: git submodule update --init --recursive" },
    ),
    pathsNote(
      lfsPointers,
      "file is a git LFS pointer, not the content",
      "files are git LFS pointers, not the content",
      { hint: "to get the content: git lfs pull" },
    ),
    cleaned.length === 0
      ? undefined
      : `Passwords and tokens in ${firstPaths(cleaned)} are not sent`,
  ].filter((text) => text !== undefined).map((text) => ({ text }));
}

function pathsNote(
  paths: readonly string[],
  singular: string,
  plural: string,
  { hint }: { hint: string },
): string | undefined {
  if (paths.length === 0) return undefined;
  return `${count(paths.length, singular, plural)}: ${firstPaths(paths)}; ${hint}`;
}

function count(number: number, singular: string, plural: string): string {
  return `${formatCount(number)} ${number === 1 ? singular : plural}`;
}
