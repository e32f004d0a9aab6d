/**
 * Trees that change while they are archived: the archive is consistent, or an error names the path.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { denoFiles, openFiles } from "../../../../src/deno/files/files.ts";
import { TransferError } from "../../../../src/errors.ts";
import type { Files } from "../../../../src/host.ts";
import { archive } from "../../../../src/tree/archive/archive.ts";
import { loadIgnore } from "../../../../src/tree/ignore/ignore.ts";
import type { SentFile } from "../../../../src/tree/archive/checksum_list.ts";
import { walk } from "../../../../src/tree/walk.ts";
import { Random } from "../../../support/random.ts";
import { extract } from "../../../support/tars.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";

const SIZES = [0, 1, 700, 9_000, 120_000, 140_000, 700_000];
const SECRET = "files outside are never sent";

/**
 * Returns content whose bytes are all equal and no letters, so that a mix of two contents is
 * visible.
 */
function content(random: Random, size = random.pick(SIZES)): Uint8Array {
  return new Uint8Array(size).fill(1 + random.below(60));
}

/** Changes of a path, each with the one or two system calls that programs use. */
const ACCIDENTS: Record<string, (path: string, random: Random) => void> = {
  replaced: (path, random) => {
    fs.writeFileSync(`${path}.new`, content(random));
    fs.renameSync(`${path}.new`, path);
  },
  rewritten: (path, random) => fs.writeFileSync(path, content(random)),
  "rewritten with as much": (path, random) => {
    fs.writeFileSync(path, content(random, fs.statSync(path).size));
  },
  "added to": (path) => fs.appendFileSync(path, "more"),
  "cut off": (path, random) => fs.truncateSync(path, random.below(fs.statSync(path).size + 1)),
  removed: (path) => fs.rmSync(path, { recursive: true }),
  "replaced by a directory": (path) => {
    fs.rmSync(path, { recursive: true });
    fs.mkdirSync(path);
  },
  "replaced by a FIFO": (path) => {
    fs.rmSync(path, { recursive: true });
    execFileSync("mkfifo", [path]);
  },
  "replaced by a link out of the tree": (path) => {
    fs.rmSync(path, { recursive: true });
    fs.symlinkSync("../outside", path);
  },
  "made executable": (path) => fs.chmodSync(path, 0o755),
  "given another name": (path) => fs.linkSync(path, `${path}.also`),
};

/** Archives a changing tree. Returns "sent", or the reason of the error. */
async function round(files: Files, random: Random, place: string): Promise<string> {
  const root = `${place}/from`;
  fs.mkdirSync(root);
  const paths = Array.from({ length: 30 }, (_, i) => `${root}/d${i % 3}/f${i}`);
  for (const path of paths) {
    fs.mkdirSync(path.replace(/\/f\d+$/, ""), { recursive: true });
    fs.writeFileSync(path, content(random));
  }
  fs.linkSync(paths[1], `${root}/d2/linked`);
  fs.linkSync(paths[1], `${root}/linked`);
  const entries = await Array.fromAsync(walk(files, root, await loadIgnore(files, root)));
  const kinds = Object.values(ACCIDENTS).slice(0, 1 + random.below(Object.keys(ACCIDENTS).length));
  const happen = () => {
    try {
      random.pick(kinds)(random.pick(paths), random);
    } catch {
      // the path no longer exists, or is a directory
    }
  };
  for (let i = random.below(3); i > 0; i--) happen();
  const sent: SentFile[] = [];
  const { stream } = archive(entries, {
    files,
    root,
    nowSeconds: Date.now() / 1000,
    onFile: (file) => sent.push(file),
  });
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      if (random.below(3) === 0) happen();
    }
  } catch (error) {
    assert(error instanceof TransferError, `${error}`);
    assert.match(error.message, /^Cannot (read|send) "(d\d\/)?(f\d+|linked)": /);
    return error.message.replace(/^.*": /, "");
  }
  extract(["tar"], Buffer.concat(chunks), `${place}/to`);
  for (const { path, sizeBytes, mode, mtimeSeconds, digest } of sent) {
    const stat = fs.lstatSync(`${place}/to/${path}`);
    const bytes = fs.readFileSync(`${place}/to/${path}`);
    assert(stat.isFile(), path);
    const is = [
      bytes.length,
      stat.mode & 0o777,
      Math.floor(stat.mtimeMs / 1000),
      createHash("sha256").update(bytes).digest("hex"),
    ];
    assert.deepEqual(is, [sizeBytes, mode, mtimeSeconds, digest], path);
    const values = [...new Set(bytes)].filter((byte) => byte < 64);
    assert(values.length <= 1, `${path} is a mix of ${values.length} contents`);
    assert(!bytes.includes(SECRET), path);
  }
  return "sent";
}

for (
  const [how, files] of [["read directly", denoFiles], [
    "read in the thread pool",
    openFiles(-1),
  ]] as const
) {
  Deno.test(`an archive ${how} of a changing tree is consistent, or an error names the path: 40 rounds`, async () => {
    const outcomes = new Map<string, number>();
    for (let seed = 1; seed <= 40; seed++) {
      using place = temporaryDirectory();
      fs.writeFileSync(`${place.path}/outside`, SECRET);
      const outcome = await round(files, new Random(seed), place.path).catch((error) => {
        throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
      });
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    assert(outcomes.size > 3, `${[...outcomes]}`);
  });
}
