/** How large what is sent is, and which parts of it are. Pure. */

export interface Sized {
  readonly path: string;
  readonly kind: string;
  readonly sizeBytes: number;
}

export interface Part {
  /** Relative to the tree's root; a directory's ends with a '/'. */
  readonly path: string;
  readonly bytes: number;
}

export interface Sizes {
  readonly files: number;
  readonly bytes: number;
  /** The largest first, none inside of another. */
  readonly parts: readonly Part[];
}

export function sizeOf(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** A directory stands for what is in it, unless nearly all of that is in one place deeper down. */
const NEARLY_ALL = 0.9;

export function measure(entries: readonly Sized[]): Sizes {
  const children = new Map<string, Map<string, Part>>();
  let files = 0;
  let bytes = 0;
  for (const { path, kind, sizeBytes } of entries) {
    if (kind !== "file") continue;
    files++;
    bytes += sizeBytes;
    let directory = "";
    for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1)) {
      const next = path.slice(0, slash + 1);
      add(children, directory, { path: next, bytes: sizeBytes });
      directory = next;
    }
    add(children, directory, { path, bytes: sizeBytes });
  }
  const parts = [...children.get("")?.values() ?? []].map((part) => narrowed(children, part));
  return {
    files,
    bytes,
    parts: parts.sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1)),
  };
}

function add(children: Map<string, Map<string, Part>>, directory: string, part: Part): void {
  let inside = children.get(directory);
  if (inside === undefined) children.set(directory, inside = new Map());
  const bytes = (inside.get(part.path)?.bytes ?? 0) + part.bytes;
  inside.set(part.path, { path: part.path, bytes });
}

/** The place deeper down that has nearly all of it. */
function narrowed(children: Map<string, Map<string, Part>>, part: Part): Part {
  for (let at = part;;) {
    const inside = [...children.get(at.path)?.values() ?? []];
    const next = inside.find(({ bytes }) => bytes > 0 && bytes >= part.bytes * NEARLY_ALL);
    if (next === undefined) return at;
    at = next;
  }
}
