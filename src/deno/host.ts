/** Assembles the real outside world. */
import type { Host } from "../host.ts";
import { printable } from "../printable.ts";
import { capture } from "./capture.ts";
import { denoClock } from "./clock.ts";
import { debugLog } from "./debug_log.ts";
import { denoFiles } from "./files/files.ts";
import { denoState } from "./files/state.ts";
import { temporaryDirectory } from "./files/temporary.ts";
import { hangupSignal } from "./hangup.ts";
import { interruptSignal } from "./interrupt.ts";
import { noteTo } from "./terminal/note.ts";
import { denoTerminal } from "./terminal/terminal.ts";
import { variableBytes } from "./variable.ts";
import { watchDirectories } from "./files/watcher.ts";

export function denoHost(): Host {
  const terminal = denoTerminal();
  const interrupt = interruptSignal(noteTo(terminal));
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
      const note = noteTo(terminal);
      const { signal } = interrupt;
      return await connect(options, { clock: denoClock, interrupt: signal, debug, warn, note });
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

function random(length: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
}
