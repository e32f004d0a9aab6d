/** The real terminal, in a pseudo-terminal of util-linux' script. */
import assert from "node:assert/strict";
import { Random } from "../../support/random.ts";
import { TerminalSession } from "../../support/terminal_session.ts";
import { testWith } from "../../support/tools.ts";

const program = (rounds: number, bytes: number) =>
  `'${Deno.execPath()}' run -A '${import.meta.dirname}/raw_by_turns.ts' ${rounds} ${bytes}`;

/** Elsewhere `script` has other flags. */
const options = { ignore: Deno.build.os !== "linux" };

testWith(
  ["script", "cat", "head"],
  "the program that reads the terminal next gets every key",
  async () => {
    const rounds = 20;
    await using session = new TerminalSession(program(rounds, 0));
    for (let round = 1; round <= rounds; round++) {
      await session.until(new RegExp(`key ${round}\\?`));
      await session.type("k");
      await session.until(/got 1 bytes: 107\n/);
      await session.until(new RegExp(`line ${round}\\?\n`));
      await session.type(`typed ${round}\n`);
      // By the terminal's echo, and by the program.
      await session.until(new RegExp(`typed ${round}\ntyped ${round}\n`));
    }
  },
  options,
);

testWith(["script", "cat"], "a paste of 100 kB of any bytes is read as it is", async () => {
  const paste = new Random(1).bytes(100_000);
  await using session = new TerminalSession(program(0, paste.length));
  await session.until(/paste\?/);
  const typed = session.type(paste);
  const [, sha256] = await session.until(/pasted ([0-9a-f]+)/);
  await typed;
  const digest = await crypto.subtle.digest("SHA-256", paste as Uint8Array<ArrayBuffer>);
  assert.equal(sha256, new Uint8Array(digest).toHex());
}, options);

testWith(["script", "cat", "head", "ps"], "killed, we leave nobody at the terminal", async () => {
  const left = 'ps -o comm= -t "$(tty)" | grep -qx cat';
  await using session = new TerminalSession(
    `${left} || echo nobody; ${program(1, 0)}; while ${left}; do :; done; echo line?; head -n1`,
  );
  await session.until(/nobody/);
  const [, pid] = await session.until(/pid (\d+)[^]*key 1\?/);
  Deno.kill(Number(pid), "SIGKILL");
  await session.until(/line\?/);
  await session.type("typed\n"); // still in raw mode: no echo
  await session.until(/\ntyped\n/);
}, options);
