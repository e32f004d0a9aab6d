/** `sandbox`: a small Kubernetes with Tekton on loopback, until Ctrl-C. */
import type { Call } from "../cli/parse.ts";
import { UsageError } from "../errors.ts";
import type { Host } from "../host.ts";
import { printable } from "../printable.ts";
import { startSandbox } from "../sandbox/sandbox.ts";

export interface Options {
  /** Undefined: any free port. */
  readonly port?: number;
}

/** Pure. Throws UsageError. */
export function options({ flags }: Call): Options {
  const text = flags.text("port");
  if (text === undefined) return {};
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return { port };
  throw new UsageError(`Cannot listen on --port "${text}": it is not a number from 0 to 65535`);
}

export async function run(host: Host, options: Options): Promise<number> {
  await using sandbox = await startSandbox(options);
  const { terminal, interrupt } = host;
  terminal.err(
    printable`A small Kubernetes with Tekton serves on ${sandbox.server}.
Its steps are processes of this machine, with no isolation: run nothing in it that you
would not run in a shell. It keeps nothing. Ctrl-C ends it. In another terminal:

`,
  );
  terminal.out(printable`export KUBECONFIG=${sandbox.kubeconfig}\n`);
  if (!interrupt.aborted) {
    await new Promise((resolve) => interrupt.addEventListener("abort", resolve, { once: true }));
  }
  return 0;
}
