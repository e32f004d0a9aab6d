/** A link that turns out to be slow during an upload: the rest is sent compressed. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { Link } from "../../support/link.ts";
import { tknDev } from "../../support/program.ts";
import { throughProxy } from "../../support/through_proxy.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";

/** 2 MB/s, without a round trip from which the client could tell. */
const SLOW = { bitsPerSecond: 16e6, roundTripMs: 0 };
/** More than the client sends, buffers included, until it knows that the link is slow. */
const FILES = 96;
const FILE_BYTES = 1 << 18;
const BYTES = FILES * FILE_BYTES;

export const slowLinkScenarios: Scenario[] = [
  {
    name: "if a link turns out to be slow, the rest of the upload is sent compressed",
    async run(cluster, directory) {
      const { flags } = cluster;
      writeTree(directory, tree("file here.txt here"));
      const words = "task upload t-steps --on-step first --no-continue -w name=source,emptyDir=";
      const held = await tknDev([...words.split(" "), directory, ...flags]);
      assert.equal(held.code, 0, held.stderr);
      const name = held.stdout.trim().split("\n").at(-1)!;

      // On a busy machine a ping may take so long that the client compresses everything.
      for (let round = 1, isInTheMiddle = false; !isInTheMiddle; round++) {
        assert.ok(round <= 3, "never in the middle");
        const texts = Array.from({ length: FILES }, (_, file) => code(round * FILES + file));
        for (const [at, text] of texts.entries()) {
          await Deno.writeTextFile(`${directory}/${100 + at}.ts`, text);
        }
        await using way = await throughProxy(
          cluster,
          directory,
          (server) => new Link(server, SLOW),
        );
        const sent = await tknDev(["tr", "upload", name, directory, ...way.flags]);
        assert.equal(sent.code, 0, sent.stderr);
        assert.match(sent.stderr, /^Sent 96 files, 25 MB in .* compressed\), verified; 1 unch/m);
        const there = ["sh", "-c", "cat /workspace/source/*.ts | sha256sum"];
        const sum = await tknDev(["tr", "exec", name, ...flags, "--", ...there]);
        const all = texts.join("");
        assert.equal(sum.stdout.split(" ")[0], createHash("sha256").update(all).digest("hex"));
        const { bytes } = way.proxy;
        assert.ok(bytes < BYTES / 2, `${bytes} bytes crossed the link`);
        isInTheMiddle = bytes > gzipSync(all, { level: 1 }).length + 500_000;
      }

      assert.equal((await tknDev(["tr", "continue", name, ...flags])).code, 0);
      const { code: exit, stdout } = await tknDev(["tr", "logs", name, "-f", ...flags]);
      assert.equal(exit, 0, stdout);
      assert.equal(stdout, "[second] hello second sees here\n");
    },
  },
];

/** Returns lines that gzip makes much smaller. */
function code(file: number): string {
  let text = "";
  for (let at = 0; text.length < FILE_BYTES; at++) {
    text += `  const value${file * at % 977} = compute(${file}, ${at * at % 8191}, options);\n`;
  }
  return text.slice(0, FILE_BYTES);
}
