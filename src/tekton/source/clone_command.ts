/** Where a script's own `git clone` puts the repository, as far as its text tells. Pure. */
import type { Step } from "../model.ts";

/**
 * The path in the container, with Tekton's variables in it: `$(workspaces.output.path)/app`. Undefined where the text
 * doesn't tell; a clone without a directory goes into one that is named after the repository.
 */
export function clonePath(step: Step, template: Partial<Step> = {}): string | undefined {
  const text = step.script || [...step.command ?? [], ...step.args ?? []].join(" ");
  const variables = new Map<string, string>();
  for (const { name, value } of [...template.env ?? [], ...step.env ?? []]) {
    if (value !== undefined) variables.set(name, value);
  }
  let current = step.workingDir ?? template.workingDir ?? "";
  for (const line of text.replaceAll("\\\n", " ").split(/\n|;|&&|\|\|/)) {
    const words = line.trim().replace(/^(if|then|else|do|!)\s+/, "").split(/\s+/);
    const assigned = /^(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line.trim());
    if (assigned !== null && !/[`]|\$\((?!workspaces|params)/.test(assigned[2])) {
      variables.set(assigned[1], expand(assigned[2], variables));
      continue;
    }
    if (words[0] === "cd" && words[1] !== undefined) {
      current = join(current, expand(words[1], variables));
    }
    const at = words.findIndex((word, at) =>
      word === "clone" && words.slice(0, at).some((one) => /(^|\/)git$/.test(one))
    );
    if (at < 0) continue;
    const base = directoryOf(words.slice(0, at), current, variables);
    const [url, target] = operands(words.slice(at + 1)).map((word) => expand(word, variables));
    if (url === undefined) return undefined;
    const path = join(base, target ?? repositoryName(url));
    return /[$`](?!\((workspaces|params)[.[])|^\$?$/.test(path) ? undefined : path;
  }
  return undefined;
}

/** Of `git -C DIR clone`. */
function directoryOf(
  words: readonly string[],
  current: string,
  variables: ReadonlyMap<string, string>,
): string {
  const at = words.indexOf("-C");
  return at < 0 ? current : join(current, expand(words[at + 1] ?? "", variables));
}

const WITH_VALUE =
  /^(-b|-o|-u|-c|-j|--branch|--depth|--origin|--upload-pack|--reference|--config|--jobs|--filter|--template|--shallow-since|--separate-git-dir)$/;

/** What is no option; `2>&1` and `|| exit` end it. */
function operands(words: readonly string[]): string[] {
  const found: string[] = [];
  for (let at = 0; at < words.length; at++) {
    if (/^(\d?[<>|&]|#)/.test(words[at])) break;
    if (WITH_VALUE.test(words[at])) at++;
    else if (!words[at].startsWith("-")) found.push(words[at]);
  }
  return found;
}

function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/^(["'])(.*)\1$/, "$2").replace(/["']/g, "").replace(
    /\$\{(\w+)\}|\$(\w+)/g,
    (whole, braced, bare) => variables.get(braced ?? bare) ?? whole,
  );
}

function join(base: string, path: string): string {
  if (path.startsWith("/") || path.startsWith("$(workspaces.")) return path;
  const joined = path === "." || path === "" ? base : `${base.replace(/\/+$/, "")}/${path}`;
  return joined.replaceAll("/./", "/");
}

/** As git names it: `https://host/team/app.git` is `app`. */
export function repositoryName(url: string): string {
  return url.replace(/\/+$/, "").replace(/\.git$/, "").replace(/^.*[/:]/, "");
}
