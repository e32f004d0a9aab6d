/** Writes the place of a release into the files that name it. Pure. */

/**
 * Returns install.sh with the address that it downloads from, instead of none. Throws an Error if
 * the script has no such line, or the address has characters that a shell reads.
 */
export function stampInstaller(script: string, releases: string): string {
  return stamp("install.sh", script, { from: "releases=''", to: `releases='${safe(releases)}'` });
}

/** Returns tekton/task.yaml with a default for the image. Throws an Error likewise. */
export function stampTask(manifest: string, image: string): string {
  const line = "      # A release has a default here.";
  return stamp("tekton/task.yaml", manifest, { from: line, to: `      default: ${safe(image)}` });
}

function stamp(path: string, text: string, { from, to }: { from: string; to: string }): string {
  const lines = text.split("\n");
  if (lines.filter((line) => line === from).length !== 1) {
    throw new Error(`${path}: it must have the line "${from}" once`);
  }
  return lines.map((line) => line === from ? to : line).join("\n");
}

function safe(address: string): string {
  if (!/^[\w.:/@-]+$/.test(address)) throw new Error(`"${address}" is not an address`);
  return address;
}
