/** A credential plugin that asks: the terminal is its own until it has its answer. */
import assert from "node:assert/strict";
import { commandLine } from "../../support/program.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { TerminalSession } from "../../support/terminal_session.ts";
import { testWith } from "../../support/tools.ts";

/** Elsewhere `script` has other flags. */
const options = { ignore: Deno.build.os !== "linux" };

/** A kubeconfig of a server that is not there, and this script for its user. */
function kubeconfig(path: string, script: string): string {
  Deno.writeTextFileSync(`${path}/plugin`, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  const apiVersion = "client.authentication.k8s.io/v1";
  const exec = { apiVersion, command: "./plugin", interactiveMode: "IfAvailable" };
  const config = {
    "current-context": "c",
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
    users: [{ name: "u", user: { exec } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
  };
  Deno.writeTextFileSync(`${path}/config`, JSON.stringify(config));
  return `${path}/config`;
}

function logs(config: string): string {
  return commandLine(["tr", "logs", "r", "-k", config]).map((word) => `'${word}'`).join(" ");
}

testWith(
  ["script"],
  "the user sees and answers the question of a credential plugin",
  async () => {
    using place = temporaryDirectory();
    const config = kubeconfig(
      place.path,
      `printf 'Password: ' >&2; read -r word; echo "got $word" >&2
     printf '{"status":{"token":"%s"}}' "$word"`,
    );
    await using session = new TerminalSession(logs(config));
    await session.until(/Password: /);
    await session.type("sesame\n");
    await session.until(/got sesame\n/);
    await session.until(/Cannot reach the cluster/);
  },
  options,
);

testWith(["script"], "Ctrl-C ends a credential plugin that waits for the user", async () => {
  using place = temporaryDirectory();
  const config = kubeconfig(
    place.path,
    "echo 'Enter ABCD at https://login.test' >&2; exec sleep 600",
  );
  await using session = new TerminalSession(logs(config));
  await session.until(/Enter ABCD/);
  await session.type("\x03");
  await session.until(/Interrupted/);
  assert.equal(await session.end(), 130);
}, options);
