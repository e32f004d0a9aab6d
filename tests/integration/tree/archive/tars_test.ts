/** GNU tar, bsdtar and busybox tar extract our archives. */
import assert from "node:assert/strict";
import { testWith } from "../../../support/tools.ts";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import process from "node:process";
import { denoFiles } from "../../../../src/deno/files/files.ts";
import { archive } from "../../../../src/tree/archive/archive.ts";
import { loadIgnore } from "../../../../src/tree/ignore/ignore.ts";
import { walk } from "../../../../src/tree/walk.ts";
import { Random } from "../../../support/random.ts";
import { describe, ENV, extract, pack, TARS } from "../../../support/tars.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";
import {
  directory,
  file,
  hardLinks,
  link,
  tree,
  type TreeNode,
  writeTree,
} from "../../../support/tree_text.ts";

/** Packs the tree and checks that every tar extracts the same tree. */
async function assertExtracts(nodes: readonly TreeNode[], message = ""): Promise<void> {
  using place = temporaryDirectory();
  mkdirSync(`${place.path}/from`);
  writeTree(`${place.path}/from`, nodes);
  const { bytes } = await pack(`${place.path}/from`);
  for (const tar of TARS) {
    const into = `${place.path}/${tar[0]}`;
    extract(tar, bytes, into);
    // busybox sets the mtime of a directory before it extracts files into it.
    const directoryTimes = tar[0] !== "busybox";
    assert.deepEqual(
      describe(into, { directoryTimes }),
      describe(`${place.path}/from`, { directoryTimes, modes: "git" }),
      `${tar.join(" ")} ${message}`,
    );
  }
}

const LONG = "x".repeat(255);
const deep = (length: number) => "d/".repeat(length).slice(0, length - 1) + "f";

const TREES: Record<string, TreeNode[]> = {
  "files, empty directories, modes and links": tree(`
    file run.sh 755 hello
    file secret 600 x
    file read-only 444 x
    file empty
    dir none/
    dir private/ 700
    file a/b/c/d deep
    link dangling -> missing
    link absolute -> /etc/hostname
    link up -> ../../outside
    link directory -> a/b
    link circle -> circle
  `),
  "names that a shell or a tar could misread": tree(`
    file "with space" x
    file " leading and trailing " x
    file "quote's" x
    file "double\\"quote" x
    file "back\\\\slash" x
    file "back\\\\nslash" x
    file -rf x
    file --checkpoint-action=exec=sh x
    file "new\\nline" x
    file "tab\\tbell\\u0007" x
    file "@args" x
    file "$(id);|&" x
    file * x
    file "C:\\\\x" x
    file ... x
    file "~" x
    dir -d/
    file -d/-f x
    link "a -> b" -> "c -> d"
  `),
  "names in UTF-8": [
    file("é", "x"),
    file("日本語/файл.txt", "x"),
    file("🦕", "x"),
    link("λ", "日本語/файл.txt"),
    file("é".repeat(49) + "12", "exactly 100 bytes"),
    file("é".repeat(50) + "1", "101 bytes"),
    file("é".repeat(127), "254 bytes"),
    directory("é".repeat(120)),
    file("日".repeat(60) + "/" + "本".repeat(60), "x"),
    link("far", "é".repeat(120)),
  ],
  "names around the sizes of the header's fields": [
    ...[99, 100, 101, 102, 255].map((length) => file("n".repeat(length), `${length}`)),
    ...[98, 99, 100, 101].map((length) => directory("D".repeat(length))),
    // The last two are names of 511 and 512 bytes, whose NUL is at the end and at the start of a
    // block.
    ...[99, 100, 101, 154, 155, 156, 157, 255, 256, 257, 300, 503, 504].map((length) =>
      file(`deep${length}/${deep(length)}`, `${length}`)
    ),
    file(`${"p".repeat(155)}/${"n".repeat(100)}`, "the longest name that the two fields hold"),
    file(`${"q".repeat(156)}/${"n".repeat(100)}`, "prefix too long"),
    file(`${"r".repeat(155)}/${"n".repeat(101)}`, "name too long"),
    directory(`${"s".repeat(155)}/${"n".repeat(99)}`),
    directory(`${"t".repeat(155)}/${"n".repeat(100)}`),
    file(`${LONG}/${LONG}/${LONG}/${LONG}`, "components of the maximal length"),
  ],
  "a path of 3,900 bytes": [
    file(Array(19).fill("l".repeat(199)).join("/") + "/" + "f".repeat(100), "far down"),
  ],
  "link targets around the size of the header's field": [
    ...[99, 100, 101, 4000].map((length) => link(`to${length}`, "t".repeat(length))),
    link("n".repeat(200), "t".repeat(200)),
  ],
  "hard links": [
    ...hardLinks(["a", "b", "d/c"], "one", 0o755),
    ...hardLinks(["d/large", "e/large"], "x".repeat(1_000_000)),
    ...hardLinks(["empty", "e/empty"], ""),
    ...hardLinks(["C:/x", "C:/y", `${"l".repeat(200)}`, `${"m".repeat(200)}`], "far names"),
    ...Array.from({ length: 60 }, (_, i) => hardLinks([`many/${i}`, `many/${i}.2`], `${i}`)).flat(),
    file("z", "plain"),
  ],
  "sizes around a block, a chunk and the limit for small files": [
    0,
    1,
    511,
    512,
    513,
    1023,
    1024,
    1025,
    128 * 1024 - 1,
    128 * 1024,
    128 * 1024 + 1,
    256 * 1024 - 513,
    256 * 1024 - 512,
    256 * 1024 - 511,
    256 * 1024 - 1,
    256 * 1024,
    256 * 1024 + 1,
    1024 * 1024 - 512,
    1024 * 1024,
    1024 * 1024 + 1,
  ].flatMap((size) => [file(`${size}`, new Random(size).bytes(size)), file(`${size}.after`, "x")]),
};

for (const [what, nodes] of Object.entries(TREES)) {
  testWith(
    ["bsdtar", "busybox"],
    `GNU tar, bsdtar and busybox tar extract: ${what}`,
    () => assertExtracts(nodes),
  );
}

testWith(
  ["bsdtar", "busybox"],
  "GNU tar, bsdtar and busybox tar extract: 25 random trees",
  async () => {
    const letters = ["a", "B", "é", " ", "-", ".", "日", "\n", "'", "\\", "$", "long".repeat(20)];
    for (let seed = 1; seed <= 25; seed++) {
      const random = new Random(seed);
      const name = () =>
        "n" + Array.from({ length: random.below(5) }, () => random.pick(letters)).join("");
      const nodes = new Map<string, TreeNode>();
      const fill = (below: string, depth: number) => {
        for (let i = random.below(8); i >= 0; i--) {
          const path = below + name();
          if (nodes.has(path)) continue;
          const kind = random.below(6);
          const size = random.below(random.pick([2, 600, 5000, 150_000]));
          if (kind === 0) nodes.set(path, link(path, name()));
          else if (kind < 4 || depth > 5) {
            nodes.set(path, file(path, random.bytes(size), random.pick([0o644, 0o755, 0o600])));
          } else {
            nodes.set(path, directory(path, random.pick([0o755, 0o700])));
            fill(`${path}/`, depth + 1);
          }
        }
      };
      fill("", 0);
      await assertExtracts([...nodes.values()], `seed ${seed}`);
    }
  },
);

testWith(
  ["bsdtar", "busybox"],
  "replacing one name of a file leaves its other names unchanged",
  async () => {
    using place = temporaryDirectory();
    const trees: TreeNode[][] = [hardLinks(["a", "b"], "before"), [file("a", "after")]];
    const archives = await Promise.all(trees.map(async (nodes, i) => {
      mkdirSync(`${place.path}/${i}`);
      writeTree(`${place.path}/${i}`, nodes);
      return (await pack(`${place.path}/${i}`)).bytes;
    }));
    for (const tar of TARS) {
      const into = `${place.path}/${tar[0]}`;
      for (const bytes of archives) extract(tar, bytes, into);
      assert.equal(readFileSync(`${into}/a`, "utf8"), "after", tar[0]);
      assert.equal(readFileSync(`${into}/b`, "utf8"), "before", tar[0]);
    }
  },
);

testWith(
  ["bsdtar", "busybox"],
  "every tar accepts the archive of an empty tree",
  () => assertExtracts([]),
);

testWith(
  ["bsdtar", "busybox"],
  "all three tars show the size of a sparse file of more than 8 GiB",
  async () => {
    using place = temporaryDirectory();
    const size = 8 * 1024 ** 3 + 1;
    writeFileSync(`${place.path}/huge`, "");
    truncateSync(`${place.path}/huge`, size);
    const { stream } = archive(
      walk(denoFiles, place.path, await loadIgnore(denoFiles, place.path)),
      {
        files: denoFiles,
        root: place.path,
        nowSeconds: Date.now() / 1000,
      },
    );
    const reader = stream.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    for (const tar of TARS) {
      const [program, ...args] = tar;
      // The listing needs only the first header. The error about the missing rest comes after it.
      const { stdout } = spawnSync(program, [...args, "-tvf", "-"], {
        input: value,
        env: ENV,
        encoding: "utf8",
      });
      assert.match(stdout, new RegExp(`\\b${size}\\b.*huge`), tar.join(" "));
    }
  },
);

testWith(
  ["bsdtar", "busybox"],
  "a user other than root extracts the modes of git, independent of the local modes",
  async () => {
    using place = temporaryDirectory();
    mkdirSync(`${place.path}/from`);
    writeTree(`${place.path}/from`, [
      ...[file("d/f", "x"), directory("d", 0o555), directory("e", 0o500)],
      ...[0o000, 0o200, 0o444, 0o744, 0o777].map((mode) =>
        file(`d/${mode.toString(8)}`, "x", mode)
      ),
    ]);
    const { bytes } = await pack(`${place.path}/from`);
    chmodSync(place.path, 0o755);
    for (const tar of TARS) {
      const into = `${place.path}/${tar[0]}`;
      mkdirSync(into);
      chmodSync(into, 0o777);
      const [program, ...args] = tar;
      // Like receive.sh: with -p, and without the umask, which busybox applies in spite of -p.
      const command = ["-c", 'umask 0; "$@"', "sh", program, ...args, "-xpof", "-", "-C", into];
      const { status, stderr } = spawnSync("sh", command, {
        cwd: place.path, // that user may have no access to the checkout
        input: bytes,
        uid: 65534,
        gid: 65534,
        encoding: "utf8",
      });
      assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
      assert.equal(readFileSync(`${into}/d/f`, "utf8"), "x");
      const modes = ["d", "e", "d/0", "d/200", "d/444", "d/744", "d/777"].map((path) => {
        const { mode, uid } = lstatSync(`${into}/${path}`);
        return `${path} ${(mode & 0o7777).toString(8)} ${uid}`;
      });
      assert.deepEqual(modes, [
        ...["d 755 65534", "e 755 65534", "d/0 644 65534", "d/200 644 65534", "d/444 644 65534"],
        ...["d/744 755 65534", "d/777 755 65534"],
      ]);
    }
  },
  { ignore: process.getuid?.() !== 0 }, // only root can become another user
);
