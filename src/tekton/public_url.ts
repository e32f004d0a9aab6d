/** The URL of what a remote reference names, for a client that reads it directly. Pure. */
import type { RemoteReference } from "./resolved.ts";

/**
 * Returns the URL for the resolvers `http` and `git`, the latter for the public forges whose raw
 * files have one. Undefined for every other reference, and for one that names credentials.
 */
export function publicUrl({ resolver, params }: RemoteReference): string | undefined {
  const values = new Map(params.map(({ name, value }) => [name, value]));
  const text = (name: string) => {
    const value = values.get(name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  if ([...values.keys()].some((name) => /secret|token|username|password/i.test(name))) {
    return undefined;
  }
  if (resolver === "http") {
    const url = text("url");
    return url !== undefined && /^https?:\/\//.test(url) ? url : undefined;
  }
  const [url, path, revision] = [text("url"), text("pathInRepo"), text("revision") ?? "HEAD"];
  if (resolver !== "git" || url === undefined || path === undefined) return undefined;
  const found = /^https:\/\/(github\.com|gitlab\.com)\/([\w./-]+?)(?:\.git)?\/?$/.exec(url);
  if (found === null) return undefined;
  const [, host, repository] = found;
  const file = [revision, ...path.split("/")].map((part) =>
    part.split("/").map(encodeURIComponent).join("/")
  ).join("/");
  return host === "github.com"
    ? `https://raw.githubusercontent.com/${repository}/${file}`
    : `https://gitlab.com/${repository}/-/raw/${file}`;
}
