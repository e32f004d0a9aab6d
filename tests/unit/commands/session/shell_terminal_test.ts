import assert from "node:assert/strict";
import { printable } from "../../../../src/printable.ts";
import { QUIET_MS } from "../../../../src/commands/session/key_question.ts";
import { ShellTerminal } from "../../../../src/commands/session/shell_terminal.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { turn, until } from "../../../support/fake_transport.ts";

const QUESTION = { text: "Edit it?", yes: "edit" };
const CHANNEL = "abcdefgh";
const MARK = `\x1b_tkn-dev ${CHANNEL}\x1b\\`;
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("keys go to the shell, except while the terminal is taken back", async () => {
  const { terminal, clock } = new FakeHost();
  // The keys of a real terminal end with it; in the fake each turn has an end.
  terminal.turns.push("for the shell");
  const shellTerminal = new ShellTerminal(terminal, clock, CHANNEL);
  assert.equal(terminal.isRaw, true);
  assert.equal(await new Response(shellTerminal.keys).text(), "for the shell");
  const size = await shellTerminal.sizes[Symbol.asyncIterator]().next();
  assert.deepEqual(size.value, terminal.size);
  terminal.turns.push("after");
  const result = await shellTerminal.suspendFor(() => {
    assert.equal(terminal.isRaw, false);
    return Promise.resolve("done");
  });
  assert.equal(result, "done");
  assert.equal(terminal.isRaw, true);
  await shellTerminal[Symbol.asyncDispose]();
  assert.equal(terminal.isRaw, false);
});

/** A shell's terminal at which the test types; `shell` returns the keys that reached the shell. */
function stage() {
  const host = new FakeHost();
  const { terminal, clock } = host;
  terminal.isTyped = true;
  const shellTerminal = new ShellTerminal(terminal, clock, CHANNEL);
  let shell = "";
  void shellTerminal.keys.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (text) => void (shell += text) }),
  ).catch(() => {});
  return {
    terminal,
    clock,
    shellTerminal,
    shell: () => shell,
    /** Waits until the question takes an answer. */
    async untilAsked() {
      await until(() => clock.alarmCount > 0);
      clock.advance(QUIET_MS);
      await until(() => terminal.stderr.includes("any other key"));
    },
  };
}

Deno.test("during a question no key goes to the shell, and after it all do", async () => {
  const { terminal, shellTerminal, shell, untilAsked } = stage();
  await terminal.type("before ");
  const answer = shellTerminal.ask(QUESTION);
  await terminal.type("ahead");
  await untilAsked();
  await terminal.type("e");
  assert.equal(await answer, true);
  await terminal.type("after");
  await until(() => shell().endsWith("after"));
  assert.equal(shell(), "before after");
});

Deno.test("output of the shell waits for the end of a question", async () => {
  const { terminal, shellTerminal, untilAsked } = stage();
  shellTerminal.write(bytes("$ \x1b[8m\x1b]0;"), "stdout");
  const answer = shellTerminal.ask(QUESTION);
  await turn();
  shellTerminal.write(bytes("\x1b[2JPress e to continue"), "stdout");
  await untilAsked();
  assert.equal(terminal.stdout, "$ \x1b[8m\x1b]0;");
  await terminal.type("n");
  // Ends the unfinished sequence, resets the terminal, and begins a line.
  assert.ok(
    terminal.stderr.startsWith("\x18\x1b\\\x1b[!p\x1b[?7h\x1b[0m\r\nEdit it? "),
    terminal.stderr,
  );
  assert.equal(await answer, false);
  assert.ok(terminal.stdout.endsWith("Press e to continue"));
});

Deno.test("waiting output is bounded, and a note counts the dropped bytes", async () => {
  const { terminal, shellTerminal } = stage();
  await shellTerminal.suspendFor(async () => {
    const part = new Uint8Array(64 * 1024).fill(0x78);
    for (let count = 0; count < 100; count++) shellTerminal.write(part, "stdout");
    await turn();
    assert.equal(terminal.stdout, "");
  });
  assert.equal(terminal.stdout.length, 1 << 20);
  assert.match(terminal.stderr, /Note: 5505024 bytes of output were dropped meanwhile\r\n$/);
});

Deno.test("a line counts once, and only if the user typed it for the shell", async () => {
  const { terminal, shellTerminal, untilAsked } = stage();
  assert.equal(shellTerminal.takeTypedLine(), false);
  await terminal.type("\x1b[12;40R");
  assert.equal(shellTerminal.takeTypedLine(), false, "a terminal's answer to a query");
  await terminal.type("debug-run --edit\r");
  assert.deepEqual([shellTerminal.takeTypedLine(), shellTerminal.takeTypedLine()], [true, false]);
  const answer = shellTerminal.ask(QUESTION);
  await untilAsked();
  await terminal.type("\r");
  await answer;
  assert.equal(shellTerminal.takeTypedLine(), false, "typed for the question");
});

Deno.test("the end of the shell answers this and every later question with no", async () => {
  const { shellTerminal, untilAsked } = stage();
  const answer = shellTerminal.ask(QUESTION);
  await untilAsked();
  shellTerminal.stopAsking();
  assert.equal(await answer, false);
  assert.equal(await shellTerminal.ask(QUESTION), false);
});

Deno.test("a request waits for the output that precedes it, however late and in pieces", async () => {
  const { terminal, clock, shellTerminal } = stage();
  for (const request of ["edit", "ran"]) {
    let hasArrived = false;
    const arrived = shellTerminal.arrived().then(() => hasArrived = true);
    clock.advance(1_900);
    for (const byte of bytes(`${request}\r\n${MARK}`)) {
      await turn();
      assert.equal(hasArrived, false);
      shellTerminal.write(Uint8Array.of(byte), "stdout");
    }
    await arrived;
  }
  assert.equal(terminal.stdout, "edit\r\nran\r\n");
  assert.equal(clock.alarmCount, 0);
});

Deno.test("a mark that came before its request counts for it, and for no other", async () => {
  const { clock, shellTerminal } = stage();
  shellTerminal.write(bytes(MARK), "stderr");
  await shellTerminal.arrived();
  let hasArrived = false;
  const arrived = shellTerminal.arrived().then(() => hasArrived = true);
  await turn();
  assert.equal(hasArrived, false);
  clock.advance(2_000);
  await arrived;
});

Deno.test("a request without a mark waits, but not forever, and takes no later one's", async () => {
  const { clock, shellTerminal } = stage();
  const forged = shellTerminal.arrived();
  await until(() => clock.alarmCount > 0);
  clock.advance(2_000);
  await forged;
  shellTerminal.write(bytes(MARK), "stdout");
  await shellTerminal.arrived();
});

Deno.test("a message begins a new line", () => {
  const { terminal, shellTerminal } = stage();
  shellTerminal.write(bytes("$ "), "stdout");
  shellTerminal.say(printable`one\ntwo\n`);
  assert.ok(terminal.stderr.endsWith("\r\none\r\ntwo\r\n"));
});
