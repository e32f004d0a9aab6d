/** The values of placeholders that a checkout knows, in place of the event of a forge. Pure. */
import type { ObjectMeta } from "../../kube/interface.ts";
import { pacEvents, pacTargetBranch } from "./annotations.ts";

/** Facts about the checkout. Each is undefined if git does not know it. */
export interface EventFacts {
  readonly commit?: string;
  readonly branch?: string;
  /** The URL of the remote "origin". */
  readonly url?: string;
  /** The branch that origin's HEAD names. */
  readonly defaultBranch?: string;
  /** git's user.name. */
  readonly user?: string;
}

/**
 * Returns the known values by their names. Pipelines-as-Code leaves trigger_comment, git_tag and
 * pull_request_labels empty for an event that has none.
 */
export function eventValues(
  metadata: ObjectMeta,
  { commit, branch, url, defaultBranch, user }: EventFacts,
  namespace: string,
): Record<string, string> {
  const repository = url === undefined ? undefined : repositoryOf(url);
  const [event] = pacEvents(metadata);
  const isPush = event === "push";
  const values: Record<string, string | undefined> = {
    revision: commit,
    repo_url: repository?.url,
    source_url: repository?.url,
    repo_owner: repository?.owner.toLowerCase(),
    repo_name: repository?.name.toLowerCase(),
    source_branch: branch,
    target_branch: isPush ? branch : pacTargetBranch(metadata) ?? defaultBranch,
    event_type: event,
    sender: user?.trim().toLowerCase().replace(/\s+/g, "-") || undefined,
    target_namespace: namespace,
    git_tag: "",
    trigger_comment: "",
    pull_request_labels: "",
  };
  return Object.fromEntries(
    Object.entries(values).filter((one): one is [string, string] => one[1] !== undefined),
  );
}

/** Returns the repository of a remote: `git@github.com:acme/app.git` is https://github.com/acme/app. */
export function repositoryOf(
  remote: string,
): { url: string; owner: string; name: string } | undefined {
  const parts = /^(?:([a-z+]+):\/\/)?(?:[^@/]*@)?([^/:]+)(?::(\d+)(?=\/))?[:/]+(.+?)(?:\.git)?\/*$/
    .exec(remote);
  if (parts === null || !isServer(remote)) return undefined;
  const [, scheme, host, port, path] = parts;
  const at = path.lastIndexOf("/");
  if (at < 1) return undefined;
  const isWeb = scheme === "http" || scheme === "https";
  const server = isWeb && port !== undefined ? `${host}:${port}` : host;
  return {
    url: `${scheme === "http" ? "http" : "https"}://${server}/${path}`,
    owner: path.slice(0, at),
    name: path.slice(at + 1),
  };
}

/**
 * Whether git reads the remote from a server, and not from a path. Before the colon of `host:path`
 * there is no slash; a single letter there is a drive of Windows.
 */
function isServer(remote: string): boolean {
  const [, scheme] = /^([a-z][a-z+.-]*):\/\//i.exec(remote) ?? [];
  return scheme === undefined
    ? /^(?:[^@/]*@)?[^/:]{2,}:(?!:)/.test(remote)
    : /^(https?|ssh|git|git\+ssh|ssh\+git)$/.test(scheme);
}
