/** Files that end their lines with LF in git and with CRLF here: pure. */
import type { GitAnswers } from "./git_answers.ts";
import type { Rewrite } from "./rewritten_files.ts";

/** Relative to the tree's root. */
export interface LineEndings {
  /** LF in git, CRLF here, and a clone on Linux would have LF. */
  readonly differ: readonly string[];
  /** Those of which git takes the CR away where they are added. */
  readonly convertible: readonly string[];
}

/** Whether a checkout itself may have made CRLF of LF: then every file is asked about, else those that were changed. */
export function convertsOnCheckout(
  { autocrlf, eol, trustsModes }: Pick<GitAnswers, "autocrlf" | "eol" | "trustsModes">,
): boolean {
  return autocrlf === "true" || eol === "crlf" || eol === "native" && !trustsModes; // as on Windows
}

/**
 * @param listed what `git ls-files -z --eol` prints: "i/lf    w/crlf  attr/text=auto        \ta/b\0"
 * @param directory where it ran, "" for the tree's root: its paths are relative to that
 */
export function lineEndings(
  listed: string,
  directory: string,
  { autocrlf }: Pick<GitAnswers, "autocrlf">,
): LineEndings {
  const differ = new Set<string>();
  const convertible = new Set<string>();
  for (const one of listed.split("\0")) {
    const [, index, work, attributes, name] = LINE.exec(one) ?? [];
    if (index === undefined || work !== "crlf" && work !== "mixed") continue;
    // With eol=crlf it is CRLF in every checkout.
    if (/\beol=crlf\b/.test(attributes)) continue;
    const path = directory === "" ? name : `${directory}/${name}`;
    if (index === "lf") differ.add(path);
    if (index !== "lf" && index !== "none" && index !== "") continue;
    const isText = attributes === "" ? autocrlf !== "false" : /^(?:text\b|eol=)/.test(attributes);
    if (isText) convertible.add(path);
  }
  return { differ: [...differ], convertible: [...convertible] };
}

const LINE = /^i\/(\S*) +w\/(\S*) +attr\/([^\t]*?) *\t([^]*)$/;

const CR = 13, LF = 10;

/** Each CR before an LF goes, as where git adds a text file. */
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
