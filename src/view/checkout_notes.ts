/** What a person should know of the checkout before it is sent. Pure. */
import { type Note, someOf } from "./source_notes.ts";
import { formatCount } from "./text/units.ts";

export interface CheckoutFacts {
  /** LF in git, CRLF here, and sent so. */
  readonly differ: readonly string[];
  /** Whether --eol=git would change that. */
  readonly canConvert: boolean;
  /** How many are CRLF here, and sent with LF. */
  readonly converted: number;
  readonly notCheckedOut: readonly string[];
  readonly emptySubmodules: readonly string[];
  readonly lfsPointers: readonly string[];
  /** Those that credentials were taken out of. */
  readonly cleaned: readonly string[];
}

export function checkoutNotes(facts: CheckoutFacts): Note[] {
  const { differ, canConvert, converted, notCheckedOut, emptySubmodules, lfsPointers, cleaned } =
    facts;
  return [
    told(differ, "file is LF in git and CRLF here", "files are LF in git and CRLF here", {
      hint: canConvert
        ? "--eol=git sends what git would check out on Linux"
        : "git converts them only by core.autocrlf or an attribute: * text=auto in .gitattributes",
    }),
    converted === 0
      ? undefined
      : `${count(converted, "file that is", "files that are")} CRLF here ` +
        `${converted === 1 ? "is" : "are"} sent with LF, as git has ${
          converted === 1 ? "it" : "them"
        }`,
    told(
      notCheckedOut,
      "tracked file is not checked out here, and not sent",
      "tracked files are not checked out here, and not sent",
      { hint: "git sparse-checkout disable or git update-index --no-skip-worktree PATH gets them" },
    ),
    told(
      emptySubmodules,
      "submodule is not checked out, and sent empty",
      "submodules are not checked out, and sent empty",
      { hint: "git submodule update --init --recursive gets them" },
    ),
    told(
      lfsPointers,
      "file is a pointer of git LFS, not its content",
      "files are pointers of git LFS, not their content",
      { hint: "git lfs pull gets it" },
    ),
    cleaned.length === 0
      ? undefined
      : `Passwords and tokens in ${someOf(cleaned)} are left out of what is sent`,
  ].filter((text) => text !== undefined).map((text) => ({ text }));
}

function told(
  paths: readonly string[],
  one: string,
  several: string,
  { hint }: { hint: string },
): string | undefined {
  if (paths.length === 0) return undefined;
  return `${count(paths.length, one, several)}: ${someOf(paths)}; ${hint}`;
}

function count(number: number, one: string, several: string): string {
  return `${formatCount(number)} ${number === 1 ? one : several}`;
}
