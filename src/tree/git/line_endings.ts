/** Files with LF line endings in git and CRLF in the working tree. Pure. */
import { join } from "../paths.ts";
import type { GitAnswers } from "./git_answers.ts";
import type { Rewrite } from "./rewritten_files.ts";

/** Paths relative to the tree's root. */
export interface LineEndings {
  /** Files with LF in git and CRLF locally that a clone on Linux would have with LF. */
  readonly differ: readonly string[];
  /** Files with CRLF locally from which `git add` would remove the CR. */
  readonly convertible: readonly string[];
}

/** Returns whether `git checkout` converts LF to CRLF. If not, only modified files can differ. */
export function convertsOnCheckout(
  { autocrlf, eol, trustsModes }: Pick<GitAnswers, "autocrlf" | "eol" | "trustsModes">,
): boolean {
  return autocrlf === "true" || eol === "crlf" || eol === "native" && !trustsModes; // as on Windows
}

/**
 * Parses the output of `git ls-files -z --eol`.
 *
 * @param listed "i/lf    w/crlf  attr/text=auto        \ta/b\0"
 * @param directory where git ran, relative to the tree's root; its paths are relative to that
 */
export function lineEndings(
  listed: string,
  directory: string,
  { autocrlf }: Pick<GitAnswers, "autocrlf">,
): LineEndings {
  const differ = new Set<string>();
  const convertible = new Set<string>();
  for (const line of listed.split("\0")) {
    const [, index, work, attributes, name] = LINE.exec(line) ?? [];
    if (index === undefined || work !== "crlf" && work !== "mixed") continue;
    // With eol=crlf, every checkout has CRLF.
    if (/\beol=crlf\b/.test(attributes)) continue;
    const path = join(directory, name);
    if (index === "lf") differ.add(path);
    if (index !== "lf" && index !== "none" && index !== "") continue;
    const isText = attributes === "" ? autocrlf !== "false" : /^(?:text\b|eol=)/.test(attributes);
    if (isText) convertible.add(path);
  }
  return { differ: [...differ], convertible: [...convertible] };
}

const LINE = /^i\/(\S*) +w\/(\S*) +attr\/([^\t]*?) *\t([^]*)$/;

const CR = 13, LF = 10;

/** Removes each CR before an LF, as `git add` does for a text file. */
export class WithoutCr implements Rewrite {
  #hasCr = false;

  push(chunk: Uint8Array): Uint8Array {
    const out = new Uint8Array(chunk.length + 1);
    let length = 0;
    for (const byte of chunk) {
      if (this.#hasCr && byte !== LF) out[length++] = CR;
      this.#hasCr = byte === CR;
      if (!this.#hasCr) out[length++] = byte;
    }
    return out.subarray(0, length);
  }

  end(): Uint8Array {
    return this.#hasCr ? Uint8Array.of(CR) : new Uint8Array();
  }
}
