/**
 * Trees as text, so that a test shows its tree:
 *
 *     dir empty/
 *     file a/run.sh 755 hello
 *     file "with space" "two\nlines"
 *     link a/l -> run.sh
 *     fifo pipe
 *
 * Parents are created without a line. A mode is three octal digits and optional. A name or a
 * content in double quotes is parsed as JSON.
 */
import { chmodSync, linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";

export interface TreeNode {
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink" | "other";
  readonly mode: number;
  readonly mtimeSeconds: number;
  readonly content: Uint8Array;
  readonly linkTarget?: string;
  /** The same for all names of a file. On disk, these names become hard links. */
  readonly inode?: string;
}

export const MTIME_SECONDS = 1_700_000_000;

export function tree(text: string): TreeNode[] {
  return text.split("\n").map((line) => line.trim()).filter(Boolean).map(parseLine);
}

export function file(path: string, content: string | Uint8Array, mode = 0o644): TreeNode {
  return node({ path, kind: "file", mode, content: toBytes(content) });
}

export function directory(path: string, mode = 0o755): TreeNode {
  return node({ path, kind: "directory", mode });
}

export function link(path: string, linkTarget: string): TreeNode {
  return node({ path, kind: "symlink", mode: 0o777, linkTarget });
}

/** Returns one file with several names. */
export function hardLinks(paths: readonly string[], content: string, mode = 0o644): TreeNode[] {
  return paths.map((path) => ({ ...file(path, content, mode), inode: paths[0] }));
}

/** Creates the tree on disk in an existing directory, with modes that the umask does not change. */
export function writeTree(root: string, nodes: readonly TreeNode[]): void {
  const made: TreeNode[] = [];
  const inodes = new Map<string, string>();
  for (const node of nodes) {
    const path = `${root}/${node.path}`;
    mkdirSync(node.kind === "directory" ? path : dirname(path), { recursive: true });
    if (node.kind === "symlink") symlinkSync(node.linkTarget!, path);
    if (node.kind === "other") execFileSync("mkfifo", [path]);
    const other = inodes.get(node.inode ?? "");
    if (node.kind === "file" && other !== undefined) linkSync(other, path);
    else if (node.kind === "file") writeFileSync(path, node.content);
    if (node.inode !== undefined) inodes.set(node.inode, path);
    if (node.kind === "file" || node.kind === "directory") made.unshift(node);
  }
  for (const { path, mode, mtimeSeconds } of made) {
    chmodSync(`${root}/${path}`, mode);
    utimesSync(`${root}/${path}`, mtimeSeconds, mtimeSeconds);
  }
}

function parseLine(line: string): TreeNode {
  const [, kind, name, rest] = /^(\w+) ("(?:[^"\\]|\\.)*"|\S+) ?(.*)$/.exec(line) ?? [];
  const path = unquote(name ?? "").replace(/\/$/, "");
  const [, mode, content] = /^(?:([0-7]{3})(?: |$))?(.*)$/.exec(rest ?? "") ?? [];
  switch (kind) {
    case "dir":
      return directory(path, mode ? parseInt(mode, 8) : 0o755);
    case "file":
      return file(path, unquote(content), mode ? parseInt(mode, 8) : 0o644);
    case "link":
      return link(path, unquote(rest.replace(/^-> /, "")));
    case "fifo":
      return node({ path, kind: "other", mode: 0o644 });
    default:
      throw new Error(`not a line of a tree: ${line}`);
  }
}

function node(part: Partial<TreeNode> & Pick<TreeNode, "path" | "kind" | "mode">): TreeNode {
  return { mtimeSeconds: MTIME_SECONDS, content: new Uint8Array(), ...part };
}

function unquote(text: string): string {
  return text.startsWith('"') ? JSON.parse(text) : text;
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
