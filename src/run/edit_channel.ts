/**
 * `debug-run --edit`, typed in a shell over there, needs the editor here: it asks through a command
 * that runs beside the shell, listen.sh, a line a request and a line an answer.
 */
import type { Kube } from "../kube/interface.ts";
import { lines } from "../kube/lines.ts";
import { listenCommand, sayCommand } from "../step/scripts.ts";
import type { Pause } from "./pause_place.ts";

export interface EditRequests {
  /** Has the script edited and puts it there; `patchFile` is "" where none was named. Why not, in words. */
  edit(patchFile: string): Promise<string | undefined>;
  /** What was edited has run: what is to be said of that, "" for nothing. */
  ran(exitCode: number): Promise<string>;
}

/** Resolves when the signal aborts or the container is gone; without a listener nothing can be asked. */
export async function serveEdits(
  kube: Kube,
  pause: Pause,
  channel: string,
  requests: EditRequests,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, pod, container } = pause;
  /** Over there, so that it comes after what the work has said. */
  const say = async (text: string) => {
    const stdin = new Blob([text]).stream();
    await kube.exec({ namespace, pod, container, command: sayCommand(channel), stdin, signal });
  };
  const asked = new TransformStream<Uint8Array, Uint8Array>();
  const answers = new TransformStream<Uint8Array, Uint8Array>();
  const [askedTo, answersTo] = [asked.writable.getWriter(), answers.writable.getWriter()];
  const command = listenCommand(channel);
  const listening = kube.exec({
    namespace,
    pod,
    container,
    command,
    stdin: answers.readable,
    onStdout: (bytes) => void askedTo.write(bytes).catch(() => {}),
    signal,
  }).catch(() => {}).finally(() => askedTo.close().catch(() => {}));
  try {
    for await (const line of lines(asked.readable)) {
      const answer = await answerTo(line, requests, say);
      if (answer === undefined) continue;
      await answersTo.write(new TextEncoder().encode(`${answer}\n`));
    }
  } finally {
    await answersTo.close().catch(() => {});
    await listening;
  }
}

async function answerTo(
  line: string,
  requests: EditRequests,
  say: (text: string) => Promise<void>,
): Promise<string | undefined> {
  const [word, rest = ""] = /^(\S+) ?(.*)$/.exec(line)?.slice(1) ?? [];
  switch (word) {
    case "edit": {
      const why = await requests.edit(rest);
      return why === undefined ? "ready" : `no ${why.replaceAll("\n", " ")}`;
    }
    case "ran":
      await say(await requests.ran(Number(rest)));
      return "done";
    default:
      return undefined; // that it listens
  }
}
