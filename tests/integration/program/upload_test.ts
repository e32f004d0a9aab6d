/** An upload into a sandbox, both through the command line. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { BYTE_TREE, DESCRIBE, describe, shell } from "../../support/byte_tree.ts";
import { apply, openCluster } from "../../support/cluster.ts";
import { startTknDev, tknDev } from "../../support/program.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";
import { hardLinks, tree, writeTree } from "../../support/tree_text.ts";

const isLinux = Deno.build.os === "linux";

Deno.umask(0o022); // the tree has the modes of a clone

/** The command with which the Task prints a checksum of its whole workspace. */
const SUM = `( ${DESCRIBE} ) | sha256sum`;

/** Starts `tkn-dev sandbox` with a Task "t-sum" that prints the checksum of its workspace. */
async function startSandbox() {
  const running = startTknDev(["sandbox"]);
  const [, kubeconfig] = /KUBECONFIG=(.*)/.exec(
    await running.stdoutMatch(/^export KUBECONFIG=.*\n/m),
  )!;
  const { kube } = await openCluster(kubeconfig);
  const script = `#!/bin/sh\nexport LC_ALL=C\ncd "$(workspaces.source.path)"\n${SUM}\n`;
  await apply(kube, {
    apiVersion: "tekton.dev/v1",
    kind: "Task",
    metadata: { name: "t-sum" },
    spec: {
      workspaces: [{ name: "source" }],
      steps: [{ name: "sum", image: "localhost/busybox:1", script }],
    },
  });
  return {
    kubeconfig,
    async [Symbol.asyncDispose]() {
      running.signal("SIGINT");
      await running.ended;
    },
  };
}

testWith(
  ["sha256sum", "find"],
  "all names, times, links and contents arrive as they are, and modes as git has them",
  async () => {
    await using sandbox = await startSandbox();
    using place = temporaryDirectory();
    mkdirSync(`${place.path}/from`);
    shell(`${place.path}/from`, BYTE_TREE);
    writeTree(
      `${place.path}/from`,
      [
        ...hardLinks(["odd/one", "odd/other"], "both"),
        ...tree(`
          file "odd/new\\nline" x
          file "odd/back\\\\slash" x
          file odd/.hidden 600 x
          file odd/none 400
          dir odd/empty/ 700
          link odd/nowhere -> nothing/there
          link odd/circle -> circle
        `),
      ],
    );
    const ran = await tknDev([
      ...["task", "upload", "t-sum", `${place.path}/from`],
      ...["-w", "name=source,emptyDir=", "--kubeconfig", sandbox.kubeconfig],
    ]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stderr, /^Sent 15 files, .*, verified$/m);
    shell(`${place.path}/from`, "chmod 644 odd/.hidden odd/none; chmod 755 odd/empty");
    const expected = shell(`${place.path}/from`, SUM).toString().trim();
    assert.ok(ran.stdout.includes(expected), describe(`${place.path}/from`));
  },
  { ignore: !isLinux },
);

/** More than a call takes arguments. */
const MANY = 130_000;

Deno.test("no directory has too many files for --list", async () => {
  using place = temporaryDirectory();
  for (let at = 0; at < MANY; at++) writeFileSync(`${place.path}/${at}`, "");
  const { code, stdout } = await tknDev(["task", "upload", "any", place.path, "--list"]);
  assert.equal(code, 0);
  const expected = Array.from({ length: MANY }, (_, at) => `${at}`).sort();
  assert.ok(stdout === `${expected.join("\n")}\n`);
});
