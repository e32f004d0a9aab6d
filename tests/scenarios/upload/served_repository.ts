/** A repository that a git daemon serves to pods as `app.git`, and its local checkout. */
import { mkdirSync } from "node:fs";
import { type GitDaemon, startGitDaemon } from "../../support/git_daemon.ts";
import { git } from "../../support/git_judge.ts";
import { tree, type TreeNode, writeTree } from "../../support/tree_text.ts";

export interface Served extends AsyncDisposable {
  readonly port: number;
  /** The local checkout. */
  readonly work: string;
  /** The commit that the server has. */
  readonly pushed: string;
  /** Writes a file of the checkout. */
  save(name: string, text: string): void;
}

/** Serves a repository with one commit of this content, and a checkout of it. */
export async function serve(
  directory: string,
  content: string,
  more: readonly TreeNode[] = [],
): Promise<Served> {
  const [bare, work] = ["served/app.git", "work"].map((name) => `${directory}/${name}`);
  mkdirSync(bare, { recursive: true });
  git(bare, "init", "-q", "--bare", "-b", "main");
  git(bare, "config", "uploadpack.allowAnySHA1InWant", "true");
  mkdirSync(work);
  git(work, "init", "-q", "-b", "main");
  git(work, "remote", "add", "origin", bare);
  writeTree(work, [...tree(content), ...more]);
  git(work, "add", "-A");
  git(work, "commit", "-qm", "one");
  git(work, "push", "-q", "origin", "main");
  const daemon: GitDaemon = await startGitDaemon(`${directory}/served`);
  return {
    port: daemon.port,
    work,
    pushed: git(work, "rev-parse", "HEAD").trim(),
    save: (name, text) => Deno.writeTextFileSync(`${work}/${name}`, text),
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  };
}

/** Pushes one more commit, and returns it. */
export function pushMore({ work }: Served, content: string): string {
  writeTree(work, tree(content));
  git(work, "add", "-A");
  git(work, "commit", "-qm", "more");
  git(work, "push", "-q", "origin", "main");
  return git(work, "rev-parse", "HEAD").trim();
}

/** The flags for the clone's URL. HOST is the node. */
export function url({ port }: Served): string[] {
  return ["-p", `url=git://HOST:${port}/app.git`];
}

/** Adds a submodule \`lib\` with a file, from another served repository, and pushes that. */
export function addSubmodule({ work }: Served, directory: string): void {
  const lib = `${directory}/served/lib.git`;
  mkdirSync(lib);
  git(lib, "init", "-q", "-b", "main");
  Deno.writeTextFileSync(`${lib}/x`, "one");
  git(lib, "add", "-A");
  git(lib, "commit", "-qm", "one");
  git(work, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../lib.git", "lib");
  git(work, "commit", "-qam", "with a submodule");
  git(work, "push", "-q", "origin", "main");
}
