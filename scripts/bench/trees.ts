/** The trees to send. Each is made once, in memory if the system supports that, and read once. */
import { Random } from "../../tests/support/random.ts";
import { goSource } from "./go_source.ts";
import { execute } from "./process.ts";
import type { Fixture } from "./fixture.ts";
import { measureTree, type Tree } from "./tree.ts";

const PER_DIRECTORY = 100;
const MODULE = /^kubernetes@v/;

/** 8,000 files, 90 MB: Kubernetes as Go unpacks it, or generated text. */
export function sourceTree(fixture: Fixture): Promise<Tree> {
  return made(fixture, "source", async (path) => {
    const module = await findModule(fixture);
    if (module !== undefined) {
      await execute(["cp", "-R", `${module}/.`, path], { signal: fixture.signal });
      await execute(["chmod", "-R", "u+w", path], { signal: fixture.signal }); // so that it can be removed
      return;
    }
    fixture.notes.push("The source tree is generated text, for Go has no Kubernetes here.");
    await writeGo(path, { files: 8_000, bytes: 11_000 });
  });
}

/** 20,000 files of random bytes, 90 MB. */
export function smallTree(fixture: Fixture): Promise<Tree> {
  return made(fixture, "small", async (path) => {
    const random = new Random(1);
    const content = () => crypto.getRandomValues(new Uint8Array(random.below(9_000)));
    await writeFiles(path, 20_000, content);
  });
}

/** One file of 2 GiB of random bytes. */
export function largeTree(fixture: Fixture): Promise<Tree> {
  return made(fixture, "large", async (path) => {
    const megabytes = Array.from({ length: 64 }, randomMegabyte);
    using file = await Deno.open(`${path}/large`, { write: true, createNew: true });
    const writer = file.writable.getWriter();
    for (let at = 0; at < 2048; at++) await writer.write(megabytes[at % megabytes.length]);
  });
}

/** Go text with `bytes` per file. */
export function goTree(
  fixture: Fixture,
  { name, files, bytes }: { name: string; files: number; bytes: number },
): Promise<Tree> {
  return made(fixture, name, (path) => writeGo(path, { files, bytes }));
}

/**
 * That many files of a few bytes, without reading them. With `empty` the files have no bytes, so
 * that a million fit into memory.
 */
export function manyFiles(fixture: Fixture, files: number, { empty = false } = {}): Promise<Tree> {
  const name = `${files} files`;
  return fixture.once(`tree ${name}`, async () => {
    const path = `${fixture.directory}/${files}`;
    await Deno.mkdir(path);
    const content = new Uint8Array(empty ? 0 : 20);
    writeAtOnce(path, files, content);
    return { name, path, files, bytes: files * content.length };
  });
}

/** A file in nested directories of that depth. */
export function deepTree(fixture: Fixture, depth: number): Promise<Tree> {
  return made(fixture, "deep", async (path) => {
    const inside = `${path}/${"d/".repeat(depth)}`;
    await Deno.mkdir(inside, { recursive: true });
    await Deno.writeTextFile(`${inside}file`, "deep\n");
  });
}

/** One file of that many bytes that occupies no disk space. */
export function sparseTree(fixture: Fixture, bytes: number): Promise<Tree> {
  return fixture.once("tree sparse", async () => {
    const path = `${fixture.directory}/sparse`;
    await Deno.mkdir(path);
    await Deno.writeTextFile(`${path}/large`, "");
    await Deno.truncate(`${path}/large`, bytes);
    return { name: "one sparse file", path, files: 1, bytes };
  });
}

function made(
  fixture: Fixture,
  name: string,
  fill: (path: string) => Promise<void>,
): Promise<Tree> {
  return fixture.once(`tree ${name}`, async () => {
    const path = `${fixture.directory}/${name}`;
    await Deno.mkdir(path);
    await fill(path);
    return await measureTree(name, path);
  });
}

async function writeGo(path: string, { files, bytes }: { files: number; bytes: number }) {
  const random = new Random(2);
  const encoder = new TextEncoder();
  await writeFiles(
    path,
    files,
    () => encoder.encode(goSource(random, bytes / 2 + random.below(bytes))),
  );
}

/** The number of files per directory. */
export async function writeFiles(path: string, files: number, content: (at: number) => Uint8Array) {
  for (let at = 0; at < files; at++) {
    const directory = `${path}/package${Math.floor(at / PER_DIRECTORY)}`;
    if (at % PER_DIRECTORY === 0) await Deno.mkdir(directory);
    await Deno.writeFile(`${directory}/file${at}.go`, content(at));
  }
}

/** Does the same ten times as fast. */
function writeAtOnce(path: string, files: number, content: Uint8Array): void {
  for (let at = 0; at < files; at++) {
    const directory = `${path}/package${Math.floor(at / PER_DIRECTORY)}`;
    if (at % PER_DIRECTORY === 0) Deno.mkdirSync(directory);
    Deno.writeFileSync(`${directory}/file${at}.go`, content);
  }
}

async function findModule(fixture: Fixture): Promise<string | undefined> {
  try {
    const { stdout } = await execute(["go", "env", "GOMODCACHE"], { signal: fixture.signal });
    const modules = `${stdout.trim()}/k8s.io`;
    for await (const { name } of Deno.readDir(modules)) {
      if (MODULE.test(name)) return `${modules}/${name}`;
    }
  } catch {
    fixture.signal.throwIfAborted();
  }
  return undefined;
}

function randomMegabyte(): Uint8Array<ArrayBuffer> {
  const megabyte = new Uint8Array(1024 * 1024);
  for (let at = 0; at < megabyte.length; at += 65_536) {
    crypto.getRandomValues(megabyte.subarray(at, at + 65_536)); // limits the number of writes at a time
  }
  return megabyte;
}
