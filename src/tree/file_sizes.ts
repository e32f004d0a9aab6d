/** Sizes of the files that a walk listed by name, if there are few, since each needs a stat. */
import type { Files } from "../host.ts";
import type { Sized } from "./sizes.ts";
import { cannotRead } from "./read_errors.ts";
import type { Named } from "./walk.ts";

export class FileSizes {
  readonly #runs: (readonly Named[])[] = [];
  #files = 0;

  constructor(private readonly mostFiles: number) {}

  get files(): number {
    return this.#files;
  }

  /** `run` holds entries of one directory, as walkNames yields them. */
  add(run: readonly Named[]): void {
    for (const { kind } of run) if (kind === "file") this.#files++;
    if (this.#isFew) this.#runs.push(run);
    else this.#runs.length = 0;
  }

  /**
   * Returns the size of each file that still exists, or undefined if there are more than
   * `mostFiles`. Throws TransferError, and the signal's reason.
   */
  async measure(
    files: Files,
    root: string,
    signal?: AbortSignal,
  ): Promise<Sized[] | undefined> {
    if (!this.#isFew) return undefined;
    const sized: Sized[] = [];
    try {
      for (const run of this.#runs) {
        signal?.throwIfAborted();
        await addSizes(sized, { files, root, run });
      }
    } catch (error) {
      throw cannotRead(root, error);
    }
    return sized;
  }

  get #isFew(): boolean {
    return this.#files <= this.mostFiles;
  }
}

async function addSizes(
  sized: Sized[],
  { files, root, run }: { files: Files; root: string; run: readonly Named[] },
): Promise<void> {
  const inRun = run.filter(({ kind }) => kind === "file");
  if (inRun.length === 0) return;
  const end = inRun[0].path.lastIndexOf("/");
  const directory = end < 0 ? root : `${root}/${inRun[0].path.slice(0, end)}`;
  const names = inRun.map(({ path }) => path.slice(end + 1));
  const stats = await files.lstatNames(directory, names);
  for (const [at, stat] of stats.entries()) {
    if (stat?.kind === "file") {
      sized.push({ path: inRun[at].path, kind: stat.kind, sizeBytes: stat.sizeBytes });
    }
  }
}
