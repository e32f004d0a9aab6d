import assert from "node:assert/strict";
import {
  Channel,
  decodeFrame,
  encodeClose,
  encodeFrame,
  encodeResize,
} from "../../../src/kube/frames.ts";
import { type Client, outcomeOf, start, step } from "../support.ts";

const HAS_TERMINALS = await Deno.stat("/usr/bin/script").then(() => true, () => false);

function test(name: string, body: (client: Client, pod: string) => Promise<void>): void {
  Deno.test({
    name: HAS_TERMINALS ? name : `${name} (passed over: no script(1) here)`,
    ignore: !HAS_TERMINALS,
    fn: async () => {
      await using client = await start();
      const run = await client.startTask({ steps: [step("hold", "sleep 600")] });
      await body(client, (await client.runningPod(run.metadata.name)).metadata.name);
    },
  });
}

/** An exec's terminal: its keys and its screen. */
class Screen {
  text = "";
  readonly outcome;
  readonly #decoder = new TextDecoder();
  #changed = Promise.withResolvers<void>();

  constructor(readonly socket: WebSocket) {
    this.outcome = outcomeOf(socket);
    socket.addEventListener("message", ({ data }) => {
      const { channel, payload } = decodeFrame(new Uint8Array(data))!;
      if (channel === Channel.stdout) this.text += this.#decoder.decode(payload, { stream: true });
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
  }

  type(text: string): void {
    this.send(new TextEncoder().encode(text));
  }

  send(bytes: Uint8Array): void {
    this.socket.send(encodeFrame(Channel.stdin, bytes));
  }

  resize(columns: number, rows: number): void {
    this.socket.send(encodeResize(columns, rows));
  }

  async shows(text: string): Promise<void> {
    const late = AbortSignal.timeout(DEADLINE_MS);
    const fails = new Promise<never>((_, reject) => {
      late.onabort = () => reject(new Error(`no "${text}" on the screen: ${this.text}`));
    });
    while (!this.text.includes(text)) await Promise.race([this.#changed.promise, fails]);
    late.onabort = null;
  }
}

/** The longest wait for a text on the screen. */
const DEADLINE_MS = 30_000;

async function open(client: Client, pod: string, script: string): Promise<Screen> {
  const command = ["sh", "-c", script];
  return new Screen(await client.socket(pod, "step-hold", command, undefined, "&tty=true"));
}

test(
  "a terminal has the size that the client sends, at the start and later",
  async (client, pod) => {
    const script = "trap 'stty size' WINCH; echo up; while :; do sleep 0.05; done";
    const screen = await open(client, pod, script);
    await screen.shows("up\r\n");
    screen.resize(100, 40);
    await screen.shows("40 100\r\n");
    screen.resize(90, 30);
    await screen.shows("30 90\r\n");
    screen.socket.send(encodeFrame(Channel.resize, new TextEncoder().encode("junk")));
    screen.resize(80, 0);
    screen.resize(70, 20);
    await screen.shows("20 70\r\n");
    assert.doesNotMatch(screen.text, /0 80/);
  },
);

test("a size that arrives before the terminal exists is its first one", async (client, pod) => {
  const screen = await open(client, pod, "until [ \"$(stty size)\" = '40 100' ]; do :; done; tty");
  screen.resize(100, 40);
  assert.match((await screen.outcome).stdout, /^\/dev\/pts\/\d+\r\n$/);
});

test("a terminal without a size has none", async (client, pod) => {
  const screen = await open(client, pod, 'stty size; echo "$TERM"; echo error >&2');
  const { stdout, stderr } = await screen.outcome;
  assert.deepEqual([stdout, stderr], ["0 0\r\nxterm\r\nerror\r\n", ""]);
});

test(
  "typed characters are echoed, and a typed end of input ends the input",
  async (client, pod) => {
    const screen = await open(client, pod, "echo up; cat; exit 5");
    await screen.shows("up");
    screen.type("/");
    await screen.shows("/");
    screen.type("é\n\x04");
    const { stdout, status } = await screen.outcome;
    assert.equal(stdout, "up\r\n/é\r\n/é\r\n");
    assert.equal(status.details.causes[0].message, "5");
  },
);

test("Ctrl-C reaches the foreground process", async (client, pod) => {
  const screen = await open(client, pod, "exec sh -i");
  screen.type("sh -c 'echo in\"ner\"; exec sleep 60'\n");
  await screen.shows("inner\r\n");
  screen.type("\x03");
  screen.type('echo "code $?"; exit\n');
  await screen.shows("code 130\r\n");
});

test("a paste arrives whole, even if a message ends within a character", async (client, pod) => {
  const script = "stty raw -echo; echo up; head -c 100002 | sha256sum";
  const screen = await open(client, pod, script);
  await screen.shows("up");
  const bytes = new TextEncoder().encode("añ€".repeat(100_002 / 6));
  for (let at = 0; at < bytes.length; at += 10_007) screen.send(bytes.subarray(at, at + 10_007));
  const { stdout } = await screen.outcome;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  assert.match(stdout, new RegExp(digest.toHex()));
});

test("a paste of lines reaches a file through cat", async (client, pod) => {
  const screen = await open(client, pod, "echo up; cat > /tmp/paste; sha256sum < /tmp/paste");
  await screen.shows("up");
  const text = `${"x".repeat(99)}\n`.repeat(1000);
  screen.type(text + "\x04");
  const { stdout } = await screen.outcome;
  const bytes = new TextEncoder().encode(text);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  assert.match(stdout, new RegExp(digest.toHex()));
});

// As under containerd, where what a disconnected client started keeps running.
test("a lost connection neither ends the input nor hangs up", async (client, pod) => {
  const script =
    "trap 'echo hup > hup' HUP; mkfifo go done; echo up; read x < go; echo \"$x\" > done";
  const screen = await open(client, pod, script);
  await screen.shows("up");
  screen.socket.send(encodeClose(Channel.stdin));
  screen.socket.close();
  await screen.outcome;
  const command = ["sh", "-c", "echo on > go; cat done; ls hup"];
  const { stdout, stderr } = await client.exec(pod, "step-hold", command);
  assert.equal(stdout, "on\n");
  assert.match(stderr, /hup/);
});

test(
  "a command on a terminal ends with its container, even if it ignores hang-ups",
  async (client, pod) => {
    const screen = await open(client, pod, "trap '' HUP; echo $$; while :; do sleep 0.1; done");
    await screen.shows("\r\n");
    const pid = Number(screen.text);
    await client.json(`/api/v1/namespaces/default/pods/${pod}`, { method: "DELETE" });
    await screen.outcome;
    const what = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
    assert.equal(what, ""); // it has ended, or is a zombie whose parent has not waited for it yet
  },
);
