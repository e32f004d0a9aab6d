/** The file SHA256SUMS, as `sha256sum` writes and reads it. */

export type Checksums = ReadonlyMap<string, string>;

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

export function renderChecksums(checksums: Checksums): string {
  const names = [...checksums.keys()].sort();
  return names.map((name) => `${checksums.get(name)}  ${name}\n`).join("");
}

/** Throws an Error that quotes the line that is not a checksum. */
export function parseChecksums(text: string): Checksums {
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => {
    const [, checksum, name] = /^([0-9a-f]{64}) [ *]([\w.-]+)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`SHA256SUMS: "${line}" is not a checksum and a name`);
    return [name, checksum];
  }));
}

/** Throws an Error if the file is not listed. */
export function checksumOf(checksums: Checksums, name: string): string {
  const checksum = checksums.get(name);
  if (checksum === undefined) throw new Error(`SHA256SUMS: it has no line for ${name}`);
  return checksum;
}
