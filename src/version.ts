/** The version of the program. A test compares it with deno.json. */
export const VERSION = "0.1.0";

/** The commit, which scripts/build.ts writes into the bundle that it compiles. */
export const COMMIT: string = "{commit}";

/**
 * Whether a version is at least another: "v1.34.1", "2.10.1" and "devel" are at least "1.30". A
 * form without numbers counts as new.
 */
export function isAtLeast(version: string, least: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return true;
  const [leastMajor, leastMinor] = least.split(".").map(Number);
  return (Number(major) - leastMajor || Number(minor) - leastMinor) >= 0;
}
