/** Completion in the real shells, each at a pseudo-terminal, with names from a sandbox. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { startSandbox } from "../../../src/sandbox/sandbox.ts";
import { applyYaml, openCluster } from "../../support/cluster.ts";
import {
  openShell,
  type Shell,
  type ShellOptions,
  type ShellSession,
} from "../../support/shell_session.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";

const OBJECTS = `
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: { name: greet }
spec:
  params:
    - { name: text, default: 'say "hi"; $(touch pwned) it''s' }
    - { name: goos, enum: [linux, darwin], default: linux, description: the system }
  workspaces: [{ name: source, description: the code }]
  tasks: [{ name: compile, taskSpec: { steps: [{ name: run, image: busybox }] } }]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: cache }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;

/** The connections of the cluster's client live longer than a test. Elsewhere `script` differs. */
const options = {
  ignore: Deno.build.os !== "linux",
  sanitizeResources: false,
  sanitizeOps: false,
};

/** Keys, with a tab where the user presses it, and the words that the program then gets. */
const CASES: readonly [keys: string, words: string][] = [
  ["tkn-dev pipel\teine", "ran <pipelineeine>"],
  ["tkn-dev pipeline up\t", "ran <pipeline> <upload>"],
  ["tkn-dev pipeline upload gr\tx", "ran <pipeline> <upload> <greet> <x>"],
  ["tkn-dev p upload greet --on-t\tcom\t", "ran <p> <upload> <greet> <--on-task> <compile>"],
  ["tkn-dev p upload greet --on-task=c\tx", "ran <p> <upload> <greet> <--on-task=compile> <x>"],
  ["tkn-dev p upload greet --eol=g\t", "ran <p> <upload> <greet> <--eol=git>"],
  ["tkn-dev p upload greet -p go\td\t", "ran <p> <upload> <greet> <-p> <goos=darwin>"],
  [
    "tkn-dev p upload greet -w n\tcl\tc\tx",
    "ran <p> <upload> <greet> <-w> <name=source,claimName=cache> <x>",
  ],
  ["tkn-dev p upload greet sr\tx", "ran <p> <upload> <greet> <src/x>"],
  ["tkn-dev create -f ma\t", "ran <create> <-f> <manifest.yaml>"],
  [
    "tkn-dev p upload greet -w name=source,volumeClaimTemplateFile=ma\t",
    "ran <p> <upload> <greet> <-w> <name=source,volumeClaimTemplateFile=manifest.yaml>",
  ],
  ["tkn-dev p upload greet -p 'go\tl\t x", "ran <p> <upload> <greet> <-p> <goos=linux> <x>"],
  ["tkn de\tver\tx", "ran <version> <x>"],
  ["tkn dev pipeline up\tgr\t", "ran <pipeline> <upload> <greet>"],
  ["tkn ver\tx", "tkn <version> <x>"],
];

/** With the function of shell-init. */
const FUNCTION_CASES: readonly [keys: string, words: string][] = [
  ["tkn pipeline upload x -n ns", "ran <pipeline> <upload> <x> <-n> <ns>"],
  ["tkn -n ns t debug x", "ran <-n> <ns> <t> <debug> <x>"],
  [
    "tkn --context=c -C -kfile tasks --namespace ns upload 'a b' ''",
    "ran <--context=c> <-C> <-kfile> <tasks> <--namespace> <ns> <upload> <a b> <>",
  ],
  ["tkn pipeline start upload -n ns", "tkn <pipeline> <start> <upload> <-n> <ns>"],
  ["tkn version 'a b' ''", "tkn <version> <a b> <>"],
  ["tkn -n pipeline upload", "tkn <-n> <pipeline> <upload>"],
  ["tkn --unknown pipeline upload", "tkn <--unknown> <pipeline> <upload>"],
  ["tkn pipelinerun upload", "tkn <pipelinerun> <upload>"],
  ["tkn dev ver\tx", "ran <version> <x>"],
  ["tkn p -n default upl\tgr\tx", "ran <p> <-n> <default> <upload> <greet> <x>"],
  [
    "tkn pipeline upload greet -p go\td\tx",
    "ran <pipeline> <upload> <greet> <-p> <goos=darwin> <x>",
  ],
  ["tkn ver\tx", "tkn <version> <x>"],
];

for (const shell of ["bash", "zsh", "fish"] as const) {
  testWith([shell, "script"], `${shell} completes tkn-dev, and tkn dev`, async () => {
    await inShell(shell, { isWithFunction: false }, async (session, home) => {
      for (const [keys, words] of CASES) {
        assert.equal(await session.ran(keys, words), words, JSON.stringify(keys));
      }
      const text = 'say "hi"; $(touch pwned) it\'s';
      const quoted = `ran <p> <upload> <greet> <-p> <text=${text}>`;
      assert.equal(await session.ran("tkn-dev p upload greet -p t\t\t", quoted), quoted);
      assert.ok(!existsSync(`${home}/pwned`), "the shell ran a param's default");
      await session.shows("tkn-dev p upload greet -p \t\t", /the system, default: linux/);
    });
  }, options);

  testWith([shell, "script"], `the function tkn for ${shell} adds upload and debug`, async () => {
    await inShell(shell, { isWithFunction: true }, async (session) => {
      for (const [keys, words] of FUNCTION_CASES) {
        assert.equal(await session.ran(keys, words), words, JSON.stringify(keys));
      }
    });
  }, options);
}

/** Opens a shell with a Pipeline greet and a claim on its cluster, and files in its directory. */
async function inShell(
  shell: Shell,
  options: Pick<ShellOptions, "isWithFunction">,
  use: (session: ShellSession, home: string) => Promise<void>,
): Promise<void> {
  await using sandbox = await startSandbox();
  const { kubeconfig } = sandbox;
  await applyYaml((await openCluster(kubeconfig)).kube, OBJECTS);
  using place = temporaryDirectory();
  const home = place.path;
  await Deno.mkdir(`${home}/src`);
  await Deno.writeTextFile(`${home}/manifest.yaml`, "");
  await using session = await openShell(shell, { ...options, home, kubeconfig });
  await use(session, home);
}
