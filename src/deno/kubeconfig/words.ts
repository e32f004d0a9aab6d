/** The first line of an error of the library, or of its own ones, made plain. */
export function messageOf(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).trim().split("\n");
  if (line === "") return "its exec plugin failed"; // without a word on its stderr
  if (error instanceof SyntaxError) return `what its exec plugin printed is no JSON: ${line}`;
  // The library stumbles over what the plugin did not print.
  if (/^Cannot read properties of (null|undefined)/.test(line)) return "its exec plugin gave none";
  const program = /^spawn (.+) ENOENT/.exec(line)?.[1];
  if (program !== undefined) return `there is no program "${program}"`;
  const absent = /ENOENT.*?(?:'([^']+)')?$/.exec(line);
  if (absent === null) return line;
  return absent[1] === undefined ? "no such file" : `no such file: ${absent[1]}`;
}
