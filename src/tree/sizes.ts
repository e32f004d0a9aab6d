/** The size of an upload, and its largest directories and files. Pure. */

export interface Sized {
  readonly path: string;
  readonly kind: string;
  readonly sizeBytes: number;
}

export interface TreePart {
  /** Relative to the tree's root; a directory ends with a '/'. */
  readonly path: string;
  readonly bytes: number;
}

export interface Sizes {
  readonly files: number;
  readonly bytes: number;
  /** The largest first; no part is inside another. */
  readonly parts: readonly TreePart[];
}

export function sizeOf(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** A directory is replaced by the entry inside it that holds at least this share of its bytes. */
const NEARLY_ALL = 0.9;

export function measure(entries: readonly Sized[]): Sizes {
  const children = new Map<string, Map<string, TreePart>>();
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

function add(
  children: Map<string, Map<string, TreePart>>,
  directory: string,
  part: TreePart,
): void {
  let inside = children.get(directory);
  if (inside === undefined) children.set(directory, inside = new Map());
  const bytes = (inside.get(part.path)?.bytes ?? 0) + part.bytes;
  inside.set(part.path, { path: part.path, bytes });
}

/** Returns the deepest entry that holds nearly all bytes of `part`. */
function narrowed(children: Map<string, Map<string, TreePart>>, part: TreePart): TreePart {
  for (let at = part;;) {
    const inside = [...children.get(at.path)?.values() ?? []];
    const next = inside.find(({ bytes }) => bytes > 0 && bytes >= part.bytes * NEARLY_ALL);
    if (next === undefined) return at;
    at = next;
  }
}
