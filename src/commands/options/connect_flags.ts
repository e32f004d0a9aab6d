/** The flags that choose a cluster, and how to reach it: -n, -c, -k and --exec-protocol. */
import type { Flags } from "../../cli/parse.ts";
import type { ConnectOptions } from "../../host.ts";
import type { ExecProtocol } from "../../kube/interface.ts";
import { choiceFlag } from "./choice.ts";

const PROTOCOLS: readonly ExecProtocol[] = ["auto", "spdy", "websocket"];

/** Pure. */
export function connectFlags(flags: Flags): ConnectOptions {
  const execProtocol = choiceFlag(flags, "exec-protocol", PROTOCOLS);
  return {
    namespace: flags.text("namespace"),
    context: flags.text("context"),
    kubeconfig: flags.text("kubeconfig"),
    ...(execProtocol === "auto" ? {} : { execProtocol }),
    ...(flags.on("verbose") ? { verbose: true } : {}),
  };
}
