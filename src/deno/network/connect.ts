/**
 * Connects to a cluster over the real network. Loaded on demand: it imports the kubeconfig
 * libraries.
 */
import type { Clock, ConnectOptions } from "../../host.ts";
import { KubeClient } from "../../kube/client.ts";
import type { Kube } from "../../kube/interface.ts";
import type { Debug } from "../../kube/transport.ts";
import type { PrintNote } from "../terminal/note.ts";
import { loadConnection } from "./kubeconfig.ts";
import { NetworkTransport } from "./transport.ts";

interface Surroundings {
  readonly clock: Clock;
  readonly interrupt: AbortSignal;
  readonly debug?: Debug;
  /** Prints a line that the user is to see. */
  readonly warn: (line: string) => void;
  readonly note: PrintNote;
}

/** @param interrupt aborts at Ctrl-C, and also ends a credential plugin */
export async function connect(
  options: ConnectOptions,
  { clock, interrupt, debug, warn, note }: Surroundings,
): Promise<Kube> {
  const onWait = (program: string, mayAsk: boolean) =>
    note(`Waiting for "${program}" to give credentials`, { isBelow: mayAsk });
  const loading = loadConnection(options, { signal: interrupt, onWait });
  const connection = await orAborted(loading, interrupt);
  const { server, namespace } = connection;
  const transport = new NetworkTransport(connection, clock.delay, debug);
  const through = transport.proxy === undefined ? "" : `, proxy ${transport.proxy}`;
  debug?.(`server ${server}, namespace ${namespace}${through}`);
  if (transport.isUnchecked) {
    warn(`The certificate of ${server} is not checked (insecure-skip-tls-verify).`);
  }
  return new KubeClient(transport, connection.namespace, interrupt, options.execProtocol);
}

/** Returns the result, or throws the reason of the signal as soon as it aborts. */
function orAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) {
      pending.catch(() => {}); // superseded by the abort
      return onAbort();
    }
    signal.addEventListener("abort", onAbort, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
