/**
 * The directory of what the program keeps between calls. Pure.
 * https://specifications.freedesktop.org/basedir-spec/latest/
 */
import type { Env } from "../../host.ts";

/**
 * Returns an absolute path, or undefined if the user has no home: $XDG_STATE_HOME on each platform,
 * else the platform's own place. As the XDG specification says, a relative path is ignored.
 */
export function statePlace({ get }: Env, os: typeof Deno.build.os): string | undefined {
  const absolute = (path = "") =>
    (os === "windows" ? /^(?:[a-z]:[\\/]|[\\/]{2})/i : /^\//).test(path)
      ? path.replace(/(?<=.)[\\/]+$/, "")
      : undefined;
  const asked = absolute(get("XDG_STATE_HOME"));
  if (asked !== undefined) return `${asked}/tkn-dev`;
  if (os === "windows") {
    const data = absolute(get("LOCALAPPDATA"));
    return data === undefined ? undefined : `${data}/tkn-dev`;
  }
  const home = absolute(get("HOME"));
  if (home === undefined) return undefined;
  const own = os === "darwin" ? "Library/Application Support" : ".local/state";
  return `${home === "/" ? "" : home}/${own}/tkn-dev`;
}
