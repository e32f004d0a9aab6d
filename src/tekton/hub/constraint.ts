/**
 * Versions of a hub, and what a reference demands of them: `0.9`, `>= 0.5, < 1`, `~> 0.3`. Pure.
 * Like the resolver, by the rules of github.com/hashicorp/go-version.
 */

/** The numbers of a version, with zeros to three at least. */
export type Version = readonly number[];

/** Returns undefined for a text that is not a version, and for a prerelease. */
export function parseVersion(text: string): Version | undefined {
  const [, numbers] = /^v?(\d+(?:\.\d+)*)(?:\+[\w.-]+)?$/.exec(text.trim()) ?? [];
  if (numbers === undefined) return undefined;
  const found = numbers.split(".").map(Number);
  while (found.length < 3) found.push(0);
  return found;
}

export function compareVersions(a: Version, b: Version): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

type Test = (version: Version) => boolean;

/** Returns whether a version satisfies the text; undefined for a text that is no constraint. */
export function parseConstraint(text: string): Test | undefined {
  const tests = text.split(",").map(parseOne);
  if (tests.includes(undefined)) return undefined;
  return (version) => (tests as Test[]).every((test) => test(version));
}

function parseOne(text: string): Test | undefined {
  const [, operator = "", number = ""] = /^\s*(=|!=|>=|<=|~>|>|<|)\s*(\S+)\s*$/.exec(text) ?? [];
  const wanted = parseVersion(number);
  if (wanted === undefined) return undefined;
  const given = number.replace(/\+.*/, "").split(".").length;
  const compared: Record<string, (difference: number, version: Version) => boolean> = {
    "": (difference) => difference === 0,
    "=": (difference) => difference === 0,
    "!=": (difference) => difference !== 0,
    ">": (difference) => difference > 0,
    "<": (difference) => difference < 0,
    ">=": (difference) => difference >= 0,
    "<=": (difference) => difference <= 0,
    // All numbers but the last that is given are the same.
    "~>": (difference, version) =>
      difference >= 0 && wanted.slice(0, given - 1).every((one, at) => version[at] === one),
  };
  return (version) => compared[operator](compareVersions(version, wanted), version);
}
