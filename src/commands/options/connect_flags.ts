/** The flags that choose a cluster, whom to act as there, and what carries execs. */
import type { Flags } from "../../cli/parse.ts";
import type { ConnectOptions } from "../../host.ts";
import type { ExecProtocol } from "../../kube/interface.ts";
import { choiceFlag } from "./choice.ts";

const PROTOCOLS: readonly ExecProtocol[] = ["auto", "spdy", "websocket"];

/** Pure. An empty value is that of a variable that is not set: no value, as in kubectl and tkn. */
export function connectFlags(flags: Flags): ConnectOptions {
  const execProtocol = choiceFlag(flags, "exec-protocol", PROTOCOLS);
  const [as, asGroups] = [flags.text("as"), flags.texts("as-group")];
  return {
    namespace: flags.text("namespace") || undefined,
    context: flags.text("context") || undefined,
    kubeconfig: flags.text("kubeconfig") || undefined,
    ...(execProtocol === "auto" ? {} : { execProtocol }),
    ...as ? { as } : {},
    ...asGroups.length > 0 ? { asGroups } : {},
    ...(flags.on("verbose") ? { verbose: true } : {}),
  };
}
