/** Reads plain ustar archives, for unit tests. Integration tests use real tar programs. */

export interface Member {
  /** Type, name, mode, size and the target of a link: "0 run.sh 755 5". */
  readonly line: string;
  readonly mtimeSeconds: number;
  readonly content: Uint8Array;
}

/** Returns the members. Throws if a checksum, the padding or the end of the archive is wrong. */
export function readTar(archive: Uint8Array): Member[] {
  const members: Member[] = [];
  if (archive.length % 10240 !== 0) throw new Error(`${archive.length} bytes are no whole records`);
  let at = 0;
  for (; archive[at] !== 0; at += 512) {
    const block = archive.subarray(at, at + 512);
    if (sum(block) !== octal(block, 148, 8)) throw new Error(`wrong checksum at ${at}`);
    const size = octal(block, 124, 12);
    const link = text(block, 157, 100);
    members.push({
      line: `${text(block, 156, 1)} ${text(block, 0, 100)} ${octal(block, 100, 8).toString(8)} ` +
        `${size}${link && ` -> ${link}`}`,
      mtimeSeconds: octal(block, 136, 12),
      content: archive.subarray(at + 512, at + 512 + size),
    });
    const end = at + 512 + Math.ceil(size / 512) * 512;
    if (archive.subarray(at + 512 + size, end).some(Boolean)) {
      throw new Error("padding is not zeros");
    }
    at = end - 512;
  }
  const rest = archive.subarray(at);
  if (rest.length < 1024 || rest.some(Boolean)) throw new Error(`no end at ${at}`);
  return members;
}

function text(block: Uint8Array, offset: number, length: number): string {
  return new TextDecoder().decode(block.subarray(offset, offset + length)).replace(/\0.*/s, "");
}

function octal(block: Uint8Array, offset: number, length: number): number {
  return parseInt(text(block, offset, length), 8);
}

function sum(block: Uint8Array): number {
  return block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
}
