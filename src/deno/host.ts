/** The real world, put together. */
import type { Host } from "../host.ts";
import { capture } from "./capture.ts";
import { denoClock } from "./clock.ts";
import { debugLog } from "./debug_log.ts";
import { denoFiles } from "./files.ts";
import { denoTerminal } from "./terminal.ts";
import { variableBytes } from "./variable.ts";
import { watchDirectories } from "./watcher.ts";

export function denoHost(): Host {
  const interrupt = interruptSignal();
  const terminal = denoTerminal();
  return {
    terminal,
    files: denoFiles,
    clock: denoClock,
    env: { get: variableBytes },
    build: {
      runtime: `Deno ${Deno.version.deno}`,
      platform: `${Deno.build.os} ${Deno.build.arch}`,
      checkout: checkout(),
    },
    interrupt: interrupt.signal,
    random,
    capture,
    async edit(text, name) {
      const { editText } = await import("./editor.ts");
      return await interrupt.ignoredDuring(() => editText(text, name));
    },
    async connect(options) {
      const { connect } = await import("./connect.ts");
      const debug = debugLog(options, variableBytes("TKN_DEV_LOG"), terminal);
      return await connect(options, { clock: denoClock, interrupt: interrupt.signal, debug });
    },
    async contexts(options) {
      const { readKubeconfig } = await import("./kubeconfig/files.ts");
      return readKubeconfig(options).contexts;
    },
    watch: watchDirectories,
  };
}

/** Undefined where main.ts was loaded from a URL. */
function checkout(): string | undefined {
  const url = new URL("../..", import.meta.url);
  return url.protocol === "file:" ? url.pathname : undefined;
}

/** Aborts at the first Ctrl-C or TERM; the second one ends the program at once, as by default. */
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
    /** A Ctrl-C goes to every program at the terminal: it is for another one until the call is done. */
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

function random(length: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
}
