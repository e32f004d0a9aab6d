/** Assembles the real outside world. */
import type { Host, Terminal } from "../host.ts";
import { printable } from "../printable.ts";
import { capture } from "./capture.ts";
import { denoClock } from "./clock.ts";
import { debugLog } from "./debug_log.ts";
import { denoFiles } from "./files/files.ts";
import { denoState } from "./files/state.ts";
import { temporaryDirectory } from "./files/temporary.ts";
import { denoTerminal } from "./terminal/terminal.ts";
import { variableBytes } from "./variable.ts";
import { watchDirectories } from "./files/watcher.ts";

export function denoHost(): Host {
  const interrupt = interruptSignal();
  const terminal = denoTerminal();
  return {
    terminal,
    files: denoFiles,
    state: denoState,
    clock: denoClock,
    env: { get: variableBytes },
    build: {
      runtime: `Deno ${Deno.version.deno}`,
      platform: `${Deno.build.os} ${Deno.build.arch}`,
      checkout: checkout(),
    },
    interrupt: interrupt.signal,
    hangup: () => hangupSignal(terminal),
    random,
    capture,
    async edit(text, name) {
      const { editText } = await import("./terminal/editor.ts");
      return await interrupt.ignoredDuring(() => editText(text, name));
    },
    async connect(options) {
      const { connect } = await import("./network/connect.ts");
      const debug = debugLog(options, variableBytes("TKN_DEV_LOG"), terminal);
      const warn = (line: string) => terminal.err(printable`Warning: ${line}\n`);
      return await connect(options, { clock: denoClock, interrupt: interrupt.signal, debug, warn });
    },
    async contexts(options) {
      const { readContexts } = await import("./network/kubeconfig/contexts.ts");
      return readContexts(options);
    },
    async download(url) {
      const { download } = await import("./download.ts");
      return await download(url, interrupt.signal);
    },
    async request(url, options) {
      const { request } = await import("./request.ts");
      return await request(url, options, interrupt.signal);
    },
    async run(command, options) {
      const { runProgram } = await import("./run_program.ts");
      return await runProgram(command, options, interrupt.signal);
    },
    temporaryDirectory,
    watch: watchDirectories,
  };
}

/** Returns undefined if main.ts was loaded from a URL. */
function checkout(): string | undefined {
  const url = new URL("../..", import.meta.url);
  return url.protocol === "file:" ? url.pathname : undefined;
}

/** Aborts at the first Ctrl-C or TERM. A second one ends the program at once. */
function interruptSignal() {
  const controller = new AbortController();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  let isIgnored = false;
  const listeners = signals.map((signal) => {
    const listener = () => {
      if (isIgnored && signal === "SIGINT") return;
      for (const one of listeners) Deno.removeSignalListener(one.signal, one.listener);
      controller.abort(new DOMException("interrupted", "AbortError"));
    };
    Deno.addSignalListener(signal, listener);
    return { signal, listener };
  });
  return {
    signal: controller.signal,
    /**
     * Ignores Ctrl-C during the call: the terminal sends it to all programs, and another has it.
     */
    async ignoredDuring<T>(call: () => Promise<T>): Promise<T> {
      isIgnored = true;
      try {
        return await call();
      } finally {
        isIgnored = false;
      }
    },
  };
}

/** Without a terminal there is none to lose; nohup leaves none of the streams at a terminal. */
function hangupSignal({ isTerminal }: Pick<Terminal, "isTerminal">): AbortSignal {
  const controller = new AbortController();
  const hasTerminal = isTerminal.stdin || isTerminal.stdout || isTerminal.stderr;
  if (!hasTerminal || Deno.build.os === "windows") return controller.signal;
  const listener = () => {
    Deno.removeSignalListener("SIGHUP", listener);
    controller.abort(new DOMException("the terminal is closed", "AbortError"));
  };
  Deno.addSignalListener("SIGHUP", listener);
  return controller.signal;
}

function random(length: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
}
