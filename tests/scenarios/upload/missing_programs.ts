/** Images without a program that helps uploads: the upload is complete, or fails. */
import assert from "node:assert/strict";
import { Link } from "../../support/link.ts";
import { startTknDev, tknDev } from "../../support/program.ts";
import { throughProxy } from "../../support/through_proxy.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";

/** 1 MB/s, so that the test has time to act during the upload. */
const SLOW = { bitsPerSecond: 8e6, roundTripMs: 0 };

export const missingProgramScenarios: Scenario[] = [
  {
    name: "without sha256sum only what changed is sent, and a truncated file is found by its size",
    async run(cluster, directory) {
      const { flags } = cluster;
      writeTree(directory, tree("file edited one\nfile same two\nlink l -> same"));
      const words =
        "task upload t-work --on-step take --no-continue -p image=localhost/no-sha256sum:1";
      const held = await tknDev([
        ...words.split(" "),
        directory,
        ..."-w name=source,emptyDir=".split(" "),
        ...flags,
      ]);
      assert.equal(held.code, 0, held.stderr);
      assert.match(held.stderr, /^Sent 2 files, 6 B in .*, verified$/m);
      const name = held.stdout.trim().split("\n").at(-1)!;

      await Deno.writeTextFile(`${directory}/edited`, "three");
      const second = await tknDev(["tr", "upload", name, directory, ...flags]);
      assert.match(
        second.stderr,
        /^Sent 1 file, 5 B in .*, verified; 1 unchanged since the upload .* ago$/m,
      );

      await Deno.writeTextFile(`${directory}/edited`, "four");
      await Deno.writeFile(`${directory}/later`, crypto.getRandomValues(new Uint8Array(65_536)));
      const truncate = startTknDev([
        ...["tr", "exec", name, ...flags, "--", "sh", "-c"],
        // Changes the file after it is unpacked and before it is moved into place.
        "cd /workspace/source && echo waits && until [ -e .tkn-dev-*.new/later ]; do sleep 0.01; done && " +
        'for new in .tkn-dev-*.new; do : >"$new/edited"; done',
      ]);
      await truncate.stdoutMatch(/^waits$/m);
      for (let at = 0; at < 60; at++) {
        const bytes = crypto.getRandomValues(new Uint8Array(65_536));
        await Deno.writeFile(`${directory}/z${at}`, bytes);
      }
      await using way = await throughProxy(cluster, directory, (server) => new Link(server, SLOW));
      const third = await tknDev(["tr", "upload", name, directory, ...way.flags]);
      assert.equal((await truncate.ended).code, 0);
      assert.equal(third.code, 4, third.stderr);
      assert.match(third.stderr, /^Error: .*\(\.\/edited: not as it was sent\)$/m);

      for await (const { name } of Deno.readDir(directory)) {
        if (/^later$|^z/.test(name)) await Deno.remove(`${directory}/${name}`);
      }
      const fourth = await tknDev(["tr", "upload", name, directory, "--delete", ...flags]);
      assert.match(
        fourth.stderr,
        /^Sent 1 file, 4 B in .*, verified; 1 unchanged since the upload .* ago, 61 removed$/m,
      );
      assert.equal((await tknDev(["tr", "continue", name, ...flags])).code, 0);
      const { code, stdout } = await tknDev(["tr", "logs", name, "-f", ...flags]);
      assert.equal(code, 0);
      assert.equal(stdout, "[work] ./edited: four\n[work] ./l: two\n[work] ./same: two\n");
    },
  },
];
