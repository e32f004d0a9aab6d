/**
 * The header blocks of a tar archive.
 *
 * One entry is a ustar block of 512 bytes; for `file run.sh 755` of 5 bytes:
 *
 *     offset 0    name      "run.sh" NUL...
 *     offset 100  mode      "0000755" NUL
 *     offset 108  uid, gid  "0000000" NUL "0000000" NUL
 *     offset 124  size      "00000000005" NUL
 *     offset 136  mtime     "14712345670" NUL
 *     offset 148  checksum  "0012345" NUL     the sum of all bytes, with spaces for these eight
 *     offset 156  type      "0" file, "1" hard link, "2" symlink, "5" directory
 *     offset 157  linkname  NUL...
 *     offset 257  magic     "ustar" NUL "00"
 *     offset 345  prefix    NUL...            joined to name by a '/'
 *
 * Longer values use GNU's extensions instead of PAX: a name is a member of type "L" (a link target:
 * "K") before its entry, and a size of 8 GiB or more is in base 256. GNU tar, bsdtar and busybox
 * tar all read these names as bytes. PAX names are UTF-8 by definition, and bsdtar refuses a name
 * that the container's locale, usually C, can't show ("Pathname can't be converted from UTF-8 to
 * current locale"). Older versions of busybox ignore PAX.
 */
import { pathBytes } from "../../path_bytes.ts";
import { concat } from "../../concat.ts";

export const BLOCK_BYTES = 512;

/** The values of a header. `mode` is permission bits; `mtimeSeconds` is whole and not negative. */
export interface Member {
  readonly path: string;
  readonly kind: "file" | "hard link" | "symlink" | "directory";
  readonly sizeBytes: number;
  readonly mode: number;
  readonly mtimeSeconds: number;
  /** For a hard link: the path of an earlier member. */
  readonly linkTarget?: string;
}

/** Returns `sizeBytes` rounded up to whole blocks. */
export function paddedBytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/** Returns how many bytes `writeHeader` writes: one block, or more for a long name. */
export function headerBytes(member: Member): number {
  return isPlain(member) ? BLOCK_BYTES : longMembers(member).length + BLOCK_BYTES;
}

/** Writes the member's header to the start of `target`, which must be zeroed. */
export function writeHeader(member: Member, target: Uint8Array): void {
  if (isPlain(member)) {
    encoder.encodeInto(tarName(member), target);
    encoder.encodeInto(linkName(member), target.subarray(157));
    return fill(target, member, TYPES[member.kind]);
  }
  const long = longMembers(member);
  target.set(long);
  const block = target.subarray(long.length);
  const name = pathBytes(tarName(member));
  const split = splitName(name);
  // Only a tar that does not know "L" and "K" uses the truncated names.
  block.set(split?.name ?? name.subarray(0, NAME_BYTES), 0);
  if (split?.prefix !== undefined) block.set(split.prefix, PREFIX_OFFSET);
  block.set(pathBytes(linkName(member)).subarray(0, NAME_BYTES), 157);
  fill(block, member, TYPES[member.kind]);
}

const NAME_BYTES = 100;
const MAGIC_END = 265;
const PREFIX_OFFSET = 345;
const encoder = new TextEncoder();

function tarName({ path, kind }: Member): string {
  return kind === "directory" ? `${withoutDrive(path)}/` : withoutDrive(path);
}

function linkName({ kind, linkTarget = "" }: Member): string {
  return kind === "hard link" ? withoutDrive(linkTarget) : linkTarget;
}

/** Returns "./C:/x" for "C:/x": on every system, bsdtar takes "C:/" for a drive and strips it. */
function withoutDrive(path: string): string {
  return path[1] === ":" && /^[A-Za-z]:[\\/]/.test(`${path}/`) ? `./${path}` : path;
}

/**
 * Returns whether both names are valid UTF-8 and fit their fields of 100 bytes. (`pathBytes`
 * encodes other names, more slowly.)
 */
function isPlain(member: Member): boolean {
  return fits(tarName(member)) && fits(linkName(member));
}

function fits(text: string): boolean {
  if (!text.isWellFormed()) return false;
  // A code unit takes at most 3 bytes in UTF-8.
  return text.length * 3 <= NAME_BYTES ||
    text.length <= NAME_BYTES && encoder.encode(text).length <= NAME_BYTES;
}

/** Returns the members of type "L" and "K" for the entry; empty if both names fit. */
function longMembers(member: Member): Uint8Array {
  const name = pathBytes(tarName(member));
  const link = pathBytes(linkName(member));
  return concat([
    ...(splitName(name) === undefined ? longMember("L", name) : []),
    ...(link.length > NAME_BYTES ? longMember("K", link) : []),
  ]);
}

const TYPES = { "file": "0", "hard link": "1", "symlink": "2", "directory": "5" } as const;
const SLASH = 0x2f;

/**
 * Splits a name of more than 100 bytes at a '/' into a prefix of up to 155 and a name of up to 100
 * bytes: "aaa…/bbb" is prefix "aaa…", name "bbb". Returns undefined if no '/' is in the right
 * place.
 */
function splitName(name: Uint8Array): { name: Uint8Array; prefix?: Uint8Array } | undefined {
  if (name.length <= NAME_BYTES) return { name };
  // A directory's trailing '/' can't be the split point: the name would be empty.
  const cut = name.subarray(0, Math.min(156, name.length - 1)).lastIndexOf(SLASH);
  if (cut <= 0 || name.length - cut - 1 > NAME_BYTES) return undefined;
  return { name: name.subarray(cut + 1), prefix: name.subarray(0, cut) };
}

/** Returns the member "././@LongLink" that holds the next member's name or link target. */
function longMember(type: "L" | "K", value: Uint8Array): Uint8Array[] {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(encoder.encode("././@LongLink"), 0);
  const sizeBytes = value.length + 1;
  fill(block, { sizeBytes, mode: 0o644, mtimeSeconds: 0 }, type);
  const content = new Uint8Array(paddedBytes(sizeBytes));
  content.set(value);
  return [block, content];
}

const BLANK = blankBlock();

/** Returns the fields that all blocks share. The checksum counts its own eight bytes as spaces. */
function blankBlock(): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(encoder.encode("0000000\0" + "0000000\0"), 108);
  block.set(encoder.encode(" ".repeat(8)), 148);
  block.set(encoder.encode("ustar\0" + "00"), 257);
  return block;
}

function fill(
  block: Uint8Array,
  member: { sizeBytes: number; mode: number; mtimeSeconds: number },
  type: string,
): void {
  writeOctal(block, 100, 7, member.mode);
  block.set(BLANK.subarray(108, 124), 108);
  if (member.sizeBytes < 8 ** 11) writeOctal(block, 124, 11, member.sizeBytes);
  else writeBase256(block, 124, 12, member.sizeBytes);
  writeOctal(block, 136, 11, member.mtimeSeconds);
  block.set(BLANK.subarray(148, 156), 148);
  block[156] = type.charCodeAt(0);
  block.set(BLANK.subarray(257, 265), 257);
  let sum = 0;
  for (let i = 0; i < MAGIC_END; i++) sum += block[i];
  if (block[PREFIX_OFFSET] !== 0) {
    for (let i = PREFIX_OFFSET; i < BLOCK_BYTES; i++) sum += block[i]; // the bytes in between are zeros
  }
  writeOctal(block, 148, 7, sum);
  block[155] = 0;
}

function writeOctal(block: Uint8Array, offset: number, digits: number, value: number): void {
  let rest = value;
  for (let i = offset + digits - 1; i >= offset; i--) {
    block[i] = 0x30 + rest % 8;
    rest = Math.floor(rest / 8);
  }
}

/** Writes GNU's form of a large number: 0x80, then big-endian. 8 GiB: 80 … 02 00 00 00 00. */
function writeBase256(block: Uint8Array, offset: number, length: number, value: number): void {
  let rest = value;
  for (let i = offset + length - 1; i > offset; i--) {
    block[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  block[offset] = 0x80;
}
