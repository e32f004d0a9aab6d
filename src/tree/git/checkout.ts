/**
 * The state of the checkouts in the tree as git reports it: line endings, sparse files, submodules.
 */
import { FileError, type Files, type Host } from "../../host.ts";
import type { GitAnswers } from "./git_answers.ts";
import type { GitIndex } from "./git_index.ts";
import { convertsOnCheckout, type LineEndings, lineEndings, WithoutCr } from "./line_endings.ts";
import type { Rewrite } from "./rewritten_files.ts";
import { gitIn } from "./run_git.ts";

export interface CheckoutOptions {
  readonly eol: Eol;
  /**
   * In repositories with more files, line endings are not checked, since git would read each file.
   */
  readonly mostFiles?: number;
}

/** Line endings to send: as in the local files, or as in git. */
export type Eol = "asis" | "git";

/** A repository that the walk found. */
export interface FoundRepository {
  /** The directory in which git ran: absolute. */
  readonly path: string;
  /** The same relative to the tree's root; "" for the root itself. */
  readonly directory: string;
  readonly answers: GitAnswers;
  readonly index: GitIndex;
}

export class Checkout {
  /** Tracked files that git deliberately does not check out; some may exist locally anyway. */
  readonly notCheckedOut = new Set<string>();
  /** The paths of files that are sent without the credentials in them. */
  readonly cleaned = new Set<string>();
  readonly #submodules: string[] = [];
  readonly #endings: Promise<LineEndings>[] = [];
  readonly #withoutCr = new Set<string>();

  constructor(
    private readonly capture: Host["capture"],
    private readonly root: string,
    private readonly options: CheckoutOptions,
  ) {}

  /** Adds a repository. Resolves when `rewriteOf` knows its files. */
  async add({ path, directory, answers, index }: FoundRepository): Promise<void> {
    for (const tracked of index.notCheckedOut) this.notCheckedOut.add(tracked);
    this.#submodules.push(...index.submodules);
    const { eol, mostFiles = Infinity } = this.options;
    if (eol !== "git" && index.files > mostFiles) return;
    const endings = this.#askLineEndings(path, directory, answers);
    this.#endings.push(endings);
    if (eol !== "git") return;
    for (const file of (await endings).convertible) this.#withoutCr.add(`${this.root}/${file}`);
  }

  /** Returns how the file at an absolute path is rewritten, for RewrittenFiles. */
  rewriteOf(path: string): Rewrite | undefined {
    return this.#withoutCr.has(path) ? new WithoutCr() : undefined;
  }

  /**
   * Returns which of the sent files have LF in git but are sent with CRLF, whether --eol=git would
   * convert any of them, and how many local CRLF files are sent with LF.
   */
  async endings(
    isSent: (path: string) => boolean,
  ): Promise<{ differ: string[]; canConvert: boolean; converted: number }> {
    const all = await Promise.all(this.#endings);
    const convertible = all.flatMap((endings) => endings.convertible).filter(isSent);
    const differ = all.flatMap((endings) => endings.differ).filter(isSent);
    if (this.options.eol !== "git") {
      return { differ, canConvert: convertible.length > 0, converted: 0 };
    }
    return {
      differ: differ.filter((path) => !this.#withoutCr.has(`${this.root}/${path}`)),
      canConvert: false,
      converted: convertible.length,
    };
  }

  /** Returns the submodules whose directories exist but hold no repository. */
  async emptySubmodules(files: Files): Promise<string[]> {
    const empty: string[] = [];
    for (const path of this.#submodules) {
      const at = `${this.root}/${path}`;
      try {
        const isDirectory = (await files.stat(at))?.kind === "directory";
        if (isDirectory && await files.stat(`${at}/.git`) === undefined) empty.push(path);
      } catch (error) {
        if (!(error instanceof FileError)) throw error; // the walk reports it
      }
    }
    return empty;
  }

  async #askLineEndings(
    path: string,
    directory: string,
    answers: GitAnswers,
  ): Promise<LineEndings> {
    const git = gitIn(this.capture, path);
    const which = convertsOnCheckout(answers) ? [] : ["--modified"];
    const listed = await git("-c", "core.fsmonitor=false", "ls-files", "-z", "--eol", ...which);
    return lineEndings(listed ?? "", directory, answers);
  }
}
