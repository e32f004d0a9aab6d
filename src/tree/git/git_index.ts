/** What git's index says of files, beyond what lies in the directory. Pure. */

export class GitIndex {
  readonly files: number;
  /** Tracked files that are not checked out on purpose: a sparse checkout's, or marked by hand. */
  readonly notCheckedOut: readonly string[];
  /** The roots of repositories that are tracked as a whole. */
  readonly submodules: readonly string[];
  readonly #executables?: ReadonlySet<string>;
  readonly #links?: ReadonlySet<string>;

  /**
   * @param listed what `git ls-files -z -t --stage` prints: "H 100644 <hash> 0\ta/b\0"
   * @param directory where it ran, "" for the tree's root: its paths are relative to that
   * @param tells what the file system tells by itself: what is executable, what is a link
   */
  constructor(
    listed = "",
    directory = "",
    { trustsModes, hasLinks }: { trustsModes: boolean; hasLinks: boolean } = ALL,
  ) {
    // Of 200,000 lines few are of interest: those are found without looking at the others.
    const text = `\0${listed}`;
    this.files = countOf(listed, "\0");
    const of = (start: string) => pathsOf(text, `\0${start}`, directory);
    this.notCheckedOut = of("S ");
    this.submodules = [...of("H 160000 "), ...of("M 160000 ")];
    const ofMode = (mode: string) => new Set(TAGS.flatMap((tag) => of(`${tag} ${mode} `)));
    if (!trustsModes) this.#executables = ofMode("100755");
    if (!hasLinks) this.#links = ofMode("120000");
  }

  /** Whether it is a link that is checked out as a file. */
  isLink(path: string): boolean {
    return this.#links?.has(path) ?? false;
  }

  /** As a clone has it; undefined where the file's own mode says it. */
  isExecutable(path: string): boolean | undefined {
    return this.#executables?.has(path);
  }
}

const ALL = { trustsModes: true, hasLinks: true };
/** Of what is in the index: as ever, not checked out on purpose, in conflict. */
const TAGS = ["H", "S", "M"];

/** The paths of the lines that begin so. */
function pathsOf(text: string, start: string, directory: string): string[] {
  const paths: string[] = [];
  for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) {
    const end = text.indexOf("\0", at + 1);
    const path = text.slice(text.indexOf("\t", at) + 1, end);
    paths.push(directory === "" ? path : `${directory}/${path}`);
  }
  return paths;
}

function countOf(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) count++;
  return count;
}
