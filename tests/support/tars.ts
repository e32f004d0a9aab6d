/** The tar programs that images have, run on our archives. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import process from "node:process";
import { denoFiles } from "../../src/deno/files/files.ts";
import { archive } from "../../src/tree/archive/archive.ts";
import { loadIgnore } from "../../src/tree/ignore/ignore.ts";
import { ChecksumList, type Receipt } from "../../src/tree/archive/checksum_list.ts";
import { walk } from "../../src/tree/walk.ts";

export const TARS = [["tar"], ["bsdtar"], ["busybox", "tar"]];
/** The environment of a container that sets no locale. */
export const ENV = { PATH: process.env.PATH, LC_ALL: "C", LANG: "C" };

/**
 * Packs a directory, with a checksum list if it has a name. Returns the archive and the receipt.
 */
export async function pack(
  root: string,
  listName?: string,
): Promise<{ bytes: Uint8Array; receipt: Receipt }> {
  const checksumList = new ChecksumList();
  const { stream } = archive(walk(denoFiles, root, await loadIgnore(denoFiles, root)), {
    files: denoFiles,
    root,
    nowSeconds: Date.now() / 1000,
    onFile: (file) => checksumList.add(file),
    tail: () =>
      listName === undefined
        ? []
        : [{ name: listName, text: checksumList.close({ turn: "end" }).text }],
  });
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return { bytes, receipt: checksumList.close({ turn: "end" }).receipt };
}

/**
 * Extracts into a directory, which may exist. Any output of tar, warnings included, is a failure.
 */
export function extract(tar: readonly string[], bytes: Uint8Array, into: string): void {
  mkdirSync(into, { recursive: true });
  const [program, ...args] = tar;
  const { status, stderr } = spawnSync(program, [...args, "-xpf", "-", "-C", into], {
    input: bytes,
    env: ENV,
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" }, tar.join(" "));
}

/**
 * Returns a line for each entry with everything that an archive must preserve. With `modes: "git"`,
 * modes are normalized as for an upload.
 */
export function describe(
  root: string,
  options: { directoryTimes: boolean; modes?: "git" },
): string[] {
  const lines: string[] = [];
  const inodes = new Map<number, string>();
  const visit = (below: string) => {
    for (const name of readdirSync(`${root}/${below}`).sort()) {
      const path = below + name;
      const stat = lstatSync(`${root}/${path}`);
      const isOpen = stat.isDirectory() || (stat.mode & 0o100) !== 0;
      const mode = options.modes === "git"
        ? (isOpen ? "755" : "644")
        : (stat.mode & 0o7777).toString(8);
      const time = Math.floor(stat.mtimeMs / 1000);
      if (stat.isSymbolicLink()) lines.push(`link ${path} -> ${readlinkSync(`${root}/${path}`)}`);
      else if (stat.isDirectory()) {
        lines.push(`dir ${path} ${mode} ${options.directoryTimes ? time : ""}`);
        visit(`${path}/`);
      } else {
        const content = readFileSync(`${root}/${path}`);
        const first = inodes.get(stat.ino);
        if (first !== undefined) lines.push(`same ${path} = ${first}`);
        else {lines.push(
            `file ${path} ${mode} ${time} ${content.length} ${content.toString("base64")}`,
          );}
        inodes.set(stat.ino, path);
      }
    }
  };
  visit("");
  return lines;
}
