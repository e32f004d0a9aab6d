import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { pathBytes, pathText } from "../../../src/path_bytes.ts";
import {
  BLOCK_BYTES,
  headerBytes,
  type Member,
  paddedBytes,
  writeHeader,
} from "../../../src/tree/archive/tar_header.ts";
import { concat } from "../../../src/concat.ts";
import { ENV, TARS } from "../../support/tars.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import corpus from "../corpus/tar_headers.json" with { type: "json" };
import { fc, type Target } from "../target.ts";

interface Input {
  /** Different names; those that are not UTF-8 have lone surrogates. */
  readonly paths: string[];
  /** The size of each file in bytes. */
  readonly size: number;
  readonly link: string;
}

const unit = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(..."ab é日\u{1f600}-\\'\"$*?;\x01\x7f\r\n\t") },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0x80, max: 0xff }).map((byte) => pathText(Uint8Array.of(byte))),
  },
);
const name = fc.oneof(
  fc.array(unit, { minLength: 1, maxLength: 6 }).map((units) => units.join("")),
  // Around the lengths at which a name needs other fields, 100 and 155 bytes, and the longest.
  fc.tuple(fc.constantFrom("n", "é"), fc.integer({ min: 40, max: 120 })).map(([unit, times]) =>
    unit.repeat(times)
  ),
).filter((name) => pathBytes(name).length <= 255);
// Adjacent bytes may form a character.
const path = fc.array(name, { minLength: 1, maxLength: 3 })
  .map((names) => pathText(pathBytes(names.join("/"))));

export const tarHeadersTarget: Target<Input> = {
  name: "tar_headers",
  claim: "GNU tar, bsdtar and busybox tar unpack each name, size and link target unchanged",
  inputs: fc.record({
    paths: fc.array(path, { minLength: 1, maxLength: 6 }),
    size: fc.constantFrom(0, 1, 511, 512, 513),
    link: path,
  }),
  check({ paths, size, link }) {
    // A file cannot contain a file, so each has its own directory.
    const members = paths.map((path, at): Member => ({
      path: `${at}/${path}`,
      kind: "file",
      sizeBytes: size,
      mode: 0o644,
      mtimeSeconds: 1_700_000_000,
    }));
    const linked: Member = {
      ...members[0],
      path: "link",
      kind: "symlink",
      sizeBytes: 0,
      linkTarget: link,
    };
    const archive = concat([...[...members, linked].map(encode), new Uint8Array(10240)]);
    const expected = [...members.map(({ path }) => `f ${size} ./${path} `), `l ./link ${link}`]
      .sort();
    for (const tar of TARS) assert.deepEqual(unpacked(tar, archive), expected, tar.join(" "));
  },
  corpus: corpus as Target<Input>["corpus"],
  runs: 300,
  needs: ["bsdtar", "busybox"],
  permissions: "inherit",
};

function encode(member: Member): Uint8Array {
  const header = headerBytes(member);
  const bytes = new Uint8Array(header + paddedBytes(member.sizeBytes));
  writeHeader(member, bytes);
  assert.equal(header % BLOCK_BYTES, 0);
  return bytes.fill(0x78, header, header + member.sizeBytes);
}

/** Lists each file and link as find prints it. */
function unpacked([program, ...args]: string[], archive: Uint8Array): string[] {
  using place = temporaryDirectory();
  const into = `${place.path}/into`;
  mkdirSync(into);
  execFileSync(program, [...args, "-xf", "-", "-C", into], {
    input: archive,
    env: ENV,
    stdio: "pipe",
  });
  const format = [
    "-type",
    "f",
    "-printf",
    "f %s %p \\0",
    "-o",
    "-type",
    "l",
    "-printf",
    "l %p %l\\0",
  ];
  const listed = execFileSync("find", [".", ...format], { cwd: into, env: ENV });
  return pathText(listed).split("\0").filter(Boolean).sort();
}
