/** A file in a git repository, as the resolver `git` and the URLs of forges name it. Pure. */

export interface GitPlace {
  /** The repository, in a form that git takes. */
  readonly url: string;
  /** A branch, a tag, another ref or a commit. */
  readonly revision: string;
  readonly path: string;
}

/**
 * Returns the file that the params of the resolver `git` name: by the repository's URL, or by its
 * owner and name at a server. Undefined where the resolver's configuration counts.
 */
export function gitPlace(params: ReadonlyMap<string, string>): GitPlace | undefined {
  const [org, repo] = [params.get("org"), params.get("repo")];
  const server = params.get("serverURL")?.replace(/\/+$/, "");
  const byName = server && org && repo ? `${server}/${org}/${repo}` : undefined;
  const url = params.get("url") ?? byName;
  const [path, revision] = [params.get("pathInRepo"), params.get("revision")];
  if (url === undefined || path === undefined) return undefined;
  return { url, revision: revision ?? "HEAD", path: path.replace(/^(\.?\/)+/, "") };
}

/** Returns why git must not read the place; undefined if it may. */
export function whyNotReadable({ url, revision, path }: GitPlace): string | undefined {
  const isRemote = /^(https?|ssh|git):\/\/[^-]/.test(url) ||
    /^([\w.-]+@)?[\w][\w.-]*:(?!:)[^/-]/.test(url) && !/^\w:[\\/]/.test(url);
  if (!isRemote || hasControl(url)) return "its URL is not one of https, ssh or git";
  if (!/^[\w@]/.test(revision) || /[\s~^:?*[\\]|\.\.|@\{/.test(revision) || hasControl(revision)) {
    return "its revision is not a branch, a tag or a commit";
  }
  if (path === "" || path.split("/").includes("..") || hasControl(path)) {
    return "its path is not one in a repository";
  }
  return undefined;
}

function hasControl(text: string): boolean {
  // deno-lint-ignore no-control-regex -- that is what is looked for
  return /[\x00-\x1f\x7f]/.test(text);
}

/** The URLs of files at GitHub, GitLab, Gitea and their kin, for people and raw. */
const FORGES: readonly { pattern: RegExp; raw: string }[] = [
  {
    pattern:
      /^https?:\/\/raw\.githubusercontent\.com\/(?<repository>[^/]+\/[^/]+)\/(refs\/(heads|tags)\/)?(?<revision>[^/]+)\/(?<path>.+)$/,
    raw: "$&",
  },
  {
    pattern:
      /^(?<server>https?:\/\/[^/]+)\/(?<repository>.+?)\/-\/(blob|raw)\/(?<revision>[^/]+)\/(?<path>.+)$/,
    raw: "$<server>/$<repository>/-/raw/$<revision>/$<path>",
  },
  {
    pattern:
      /^(?<server>https?:\/\/[^/]+)\/(?<repository>[^/]+\/[^/]+)\/(blob|raw)\/(?!branch\/|tag\/|commit\/)(?<revision>[^/]+)\/(?<path>.+)$/,
    raw: "$<server>/$<repository>/raw/$<revision>/$<path>",
  },
  {
    pattern:
      /^(?<server>https?:\/\/[^/]+)\/(?<repository>[^/]+\/[^/]+)\/(src|raw)\/(?<type>branch|tag|commit)\/(?<revision>[^/]+)\/(?<path>.+)$/,
    raw: "$<server>/$<repository>/raw/$<type>/$<revision>/$<path>",
  },
];

export interface ForgeFile extends GitPlace {
  /** The URL of the bare file; that of a page for people has HTML. */
  readonly raw: string;
}

/** Returns the file in a repository that the URL seems to name. */
export function forgeFile(url: string): ForgeFile | undefined {
  const [plain] = url.split(/[?#]/);
  for (const { pattern, raw } of FORGES) {
    const { server = "https://github.com", repository, revision, path } = pattern.exec(plain)
      ?.groups ?? {};
    if (repository === undefined) continue;
    const parts = [repository, revision, path].map(decoded);
    if (parts.includes(undefined)) return undefined;
    const [name, at, file] = parts as string[];
    return { url: `${server}/${name}`, revision: at, path: file, raw: plain.replace(pattern, raw) };
  }
  return undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
