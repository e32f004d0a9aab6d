/** The version of Deno that runs the program. */

/** The oldest supported version, as in README.md. */
const NEEDED = "2.9";

/** Whether one version is at least another: "2.10.1" is at least "2.9". */
export function isAtLeast(version: string, least: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = least.split(".").map(Number);
  return major > leastMajor || major === leastMajor && minor >= leastMinor;
}

/** Returns the message for a Deno that is too old, else undefined. */
export function oldDeno(version = Deno.version.deno): string | undefined {
  if (isAtLeast(version, NEEDED)) return undefined;
  return `Error: Cannot run on Deno ${version}: it needs Deno ${NEEDED} or later\n` +
    "Hint: deno upgrade\n";
}
