/** Which Deno the program runs on. */

/** What every command needs, as README.md has it. */
const NEEDED = "2.7";

/** Of versions: "2.10.1" is at least "2.9". */
export function isAtLeast(version: string, least: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = least.split(".").map(Number);
  return major > leastMajor || major === leastMajor && minor >= leastMinor;
}

/** What to say of a Deno that is too old; undefined for one that is not. */
export function oldDeno(version = Deno.version.deno): string | undefined {
  if (isAtLeast(version, NEEDED)) return undefined;
  return `Error: Cannot run on Deno ${version}: it needs Deno ${NEEDED} or later\n` +
    "Hint: deno upgrade\n";
}
