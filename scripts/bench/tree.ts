/** Directories to send. */

export interface Tree {
  readonly name: string;
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
}

/** Counts the files and reads them all, so that they are in the page cache. */
export async function measureTree(name: string, path: string): Promise<Tree> {
  let files = 0;
  let bytes = 0;
  for await (const file of filesBelow(path)) {
    files += 1;
    const { readable } = await Deno.open(file); // closed by reaching its end
    for await (const part of readable) bytes += part.length;
  }
  return { name, path, files, bytes };
}

/** Throws unless the text is countCommand's output for the tree. */
export function checkCount({ name, files, bytes }: Tree, said: string): void {
  const expected = `${files} files, ${bytes} bytes`;
  if (!said.split(/\n|\] /).includes(expected)) {
    throw new Error(
      `Cannot trust the upload of ${name}: sent ${expected}, there are ${said.trim()}`,
    );
  }
}

async function* filesBelow(path: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(path)) {
    const inside = `${path}/${entry.name}`;
    if (entry.isDirectory) yield* filesBelow(inside);
    else if (entry.isFile) yield inside;
  }
}
