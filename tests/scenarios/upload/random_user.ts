/**
 * A user id that no image knows, with group 0, and read-only roots without /tmp: what OpenShift may
 * give to pods.
 */
import assert from "node:assert/strict";
import { tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";
import { succeeded, upload, workspace } from "./run_upload.ts";

export const randomUserScenarios: Scenario[] = [
  {
    name: "random users upload, debug and continue on read-only roots, one after the other",
    async run(cluster, directory) {
      const { flags } = cluster;
      // The sandbox runs steps as the user of the test, and their roots can be written.
      const user = (uid: number) =>
        cluster.context === undefined ? /^\[work\] user \d+/m : new RegExp(
          `^\\[work\\] user ${uid}, group 0\n\\[work\\] no /tmp$`,
          "m",
        );
      const source = `${directory}/source`;
      writeTree(source, tree("file a one\nfile b one"));
      const where = workspace(cluster, "source");
      const words = async (uid: number) => [
        ..."task upload t-restricted --on-step take".split(" "),
        source,
        ...where,
        ...["--pod-template", await podTemplate(directory, uid)],
      ];

      const first = await upload(cluster, await words(1000650000));
      succeeded(first);
      assert.match(first.stdout, user(1000650000));

      await Deno.writeTextFile(`${source}/b`, "by another user");
      const held = await upload(cluster, [...await words(1000777000), "--no-continue"]);
      succeeded(held);
      assert.match(
        held.stderr,
        /^Sent 1 file, 15 B in .*, verified; 1 unchanged since the upload .* ago$/m,
      );
      const name = held.stdout.trim().split("\n").at(-1)!;
      const ran = await tknDev(["tr", "run", name, ...flags]);
      assert.deepEqual([ran.code, ran.stdout], [0, "own work\n"], ran.stderr);
      assert.equal((await tknDev(["tr", "continue", name, ...flags])).code, 0);
      const followed = await tknDev(["tr", "logs", name, "-f", ...flags]);
      assert.equal(followed.code, 0, followed.stderr);
      assert.match(followed.stdout, user(1000777000));
      assert.match(followed.stdout, /^\[work\] oneby another user$/m);
    },
  },
];

async function podTemplate(directory: string, uid: number): Promise<string> {
  const path = `${directory}/pod-template-${uid}.yaml`;
  const securityContext = {
    runAsUser: uid,
    runAsGroup: 0,
    fsGroup: 1000650000,
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
  };
  await Deno.writeTextFile(path, JSON.stringify({ securityContext }));
  return path;
}
