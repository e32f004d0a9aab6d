/** What git says of the repositories in the tree, beside its rules: for what is sent, and for what is said of it. */
import { FileError, type Files, type Host } from "../../host.ts";
import type { GitAnswers } from "./git_answers.ts";
import type { GitIndex } from "./git_index.ts";
import { convertsOnCheckout, type LineEndings, lineEndings, WithoutCr } from "./line_endings.ts";
import type { Rewrite } from "./rewritten_files.ts";
import { gitIn } from "./run_git.ts";

export interface CheckoutOptions {
  readonly eol: Eol;
  /** Of a repository with more files it is not asked which have other line ends: that takes a look at each. */
  readonly mostFiles?: number;
}

/** Line ends as they are here, or as git has them. */
export type Eol = "asis" | "git";

/** A repository that the walk has come to. */
export interface FoundRepository {
  /** Where git was asked: absolute, and from the tree's root on, "" for the root itself. */
  readonly path: string;
  readonly directory: string;
  readonly answers: GitAnswers;
  readonly index: GitIndex;
}

export class Checkout {
  /** Tracked files that are not checked out on purpose; some may be there all the same. */
  readonly notCheckedOut = new Set<string>();
  /** The paths of what credentials were taken out of. */
  readonly cleaned = new Set<string>();
  readonly #submodules: string[] = [];
  readonly #endings: Promise<LineEndings>[] = [];
  readonly #withoutCr = new Set<string>();

  constructor(
    private readonly capture: Host["capture"],
    private readonly root: string,
    private readonly options: CheckoutOptions,
  ) {}

  /** Resolves once it is known how the files of the repository are sent. */
  async add({ path, directory, answers, index }: FoundRepository): Promise<void> {
    for (const one of index.notCheckedOut) this.notCheckedOut.add(one);
    this.#submodules.push(...index.submodules);
    const { eol, mostFiles = Infinity } = this.options;
    if (eol !== "git" && index.files > mostFiles) return;
    const endings = this.#ask(path, directory, answers);
    this.#endings.push(endings);
    if (eol !== "git") return;
    for (const one of (await endings).convertible) this.#withoutCr.add(`${this.root}/${one}`);
  }

  /** For RewrittenFiles. */
  rewriteOf(path: string): Rewrite | undefined {
    return this.#withoutCr.has(path) ? new WithoutCr() : undefined;
  }

  /**
   * Of the files that are sent: those that are LF in git and go with CRLF, whether git would convert one of them, and how
   * many go with LF that are CRLF here.
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

  /** Submodules that are directories without a repository here. */
  async emptySubmodules(files: Files): Promise<string[]> {
    const empty: string[] = [];
    for (const path of this.#submodules) {
      const at = `${this.root}/${path}`;
      try {
        const isThere = (await files.stat(at))?.kind === "directory";
        if (isThere && await files.stat(`${at}/.git`) === undefined) empty.push(path);
      } catch (error) {
        if (!(error instanceof FileError)) throw error; // the walk says it
      }
    }
    return empty;
  }

  async #ask(path: string, directory: string, answers: GitAnswers): Promise<LineEndings> {
    const git = gitIn(this.capture, path);
    const which = convertsOnCheckout(answers) ? [] : ["--modified"];
    const listed = await git("-c", "core.fsmonitor=false", "ls-files", "-z", "--eol", ...which);
    return lineEndings(listed ?? "", directory, answers);
  }
}
