/** Trees that depend only on a seed, and their listings as the steps report them. */
import { createHash } from "node:crypto";
import { Random } from "../../support/random.ts";

export interface TreeSize {
  readonly files: number;
  readonly bytes: number;
}

/** The file that is read last in each tree, of a third of its size. */
export const LAST_FILE = "zz-last";

/** Writes files of random bytes in directories. `xargs` can read their names unquoted. */
export async function writeTree(path: string, seed: number, size: TreeSize): Promise<void> {
  const random = new Random(seed);
  await Deno.mkdir(path, { recursive: true });
  for (let at = 0; at < size.files; at++) {
    const directory = `${path}/${directoryOf(random)}`;
    await Deno.mkdir(directory, { recursive: true });
    const bytes = bytesOf(random, random.below(size.bytes * 4 / 3 / size.files));
    await Deno.writeFile(`${directory}/file-${at}`, bytes, { mode: 0o644 });
  }
  await Deno.writeFile(`${path}/${LAST_FILE}`, bytesOf(random, size.bytes / 3), { mode: 0o644 });
}

/** Uses an xorshift generator, because the files have many bytes. */
function bytesOf(random: Random, length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = 1 + random.below(2 ** 31);
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, Math.floor(length));
}

function directoryOf(random: Random): string {
  return Array.from({ length: random.below(3) }, () => `dir-${random.below(5)}`).join("/") || ".";
}

/** Changes the bytes of each file, but not its size and time. */
export async function alterTree(path: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    const here = `${path}/${name}`;
    if (isDirectory) {
      await alterTree(here);
      continue;
    }
    const { atime, mtime } = await Deno.stat(here);
    await Deno.writeFile(here, (await Deno.readFile(here)).map((byte) => byte ^ 1));
    await Deno.utime(here, atime!, mtime!);
  }
}

/**
 * Returns the checksums of the files, then the names of all entries. LOOK below does the same in
 * shell.
 */
export async function listingOf(path: string): Promise<string> {
  const names: string[] = ["."];
  const files: string[] = [];
  const walk = async (relative: string) => {
    for await (const { name, isDirectory, isFile } of Deno.readDir(`${path}/${relative}`)) {
      const here = `${relative}/${name}`;
      if (here === "./.tkn-dev-upload") continue;
      names.push(here);
      if (isDirectory) await walk(here);
      if (isFile) files.push(here);
    }
  };
  await walk(".");
  const sums = await Promise.all(
    files.toSorted(byBytes).map(async (file) => {
      const bytes = await Deno.readFile(`${path}/${file}`);
      return `${createHash("sha256").update(bytes).digest("hex")}  ${file}\n`;
    }),
  );
  return sums.join("") + names.toSorted(byBytes).map((name) => `${name}\n`).join("");
}

/** Describes the difference by the first lines that only one of the two has. */
export function difference(seen: string, wanted: string): string {
  const [there, here] = [seen, wanted].map((text) => new Set(text.split("\n")));
  const said = [
    ...[...there.difference(here)].map((line) => `+${line}`),
    ...[...here.difference(there)].map((line) => `-${line}`),
  ].map((line) => line.replace(/[0-9a-f]{56} /, " "));
  return `${said.length} lines differ: ${said.slice(0, 4).join(" ")}`;
}

function byBytes(one: string, other: string): number {
  return one < other ? -1 : 1;
}

/** The number of lines that a step prints after its report, in two seconds. */
export const LOG_LINES = 6;

/** The script of a step that reports its tree to the witness. */
export const LOOK = `#!/bin/sh
wget -q -O /dev/null "$(params.witness)/started"
export LC_ALL=C
own='-path ./.tkn-dev-upload -prune -o'
{ find . $own -type f -print | sort | xargs -r sha256sum; find . $own -print | sort; } >/seen
wget -q -O /dev/null --post-file=/seen "$(params.witness)/tree"
for line in 1 2 3 4 5 ${LOG_LINES}; do
  echo "line $line"
  sleep 0.3
done
`;
