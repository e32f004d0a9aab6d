/** The flags that choose a cluster: -n, -c and -k, and whom to act as there. */
import type { Flags } from "../../cli/parse.ts";
import type { ConnectOptions } from "../../host.ts";

/** Pure. An empty value is that of a variable that is not set: no value, as in kubectl and tkn. */
export function connectFlags(flags: Flags): ConnectOptions {
  const [as, asGroups] = [flags.text("as"), flags.texts("as-group")];
  return {
    namespace: flags.text("namespace") || undefined,
    context: flags.text("context") || undefined,
    kubeconfig: flags.text("kubeconfig") || undefined,
    ...as ? { as } : {},
    ...asGroups.length > 0 ? { asGroups } : {},
    ...(flags.on("verbose") ? { verbose: true } : {}),
  };
}
