/** The usual ways to upload without tkn-dev. Each fills a volume and returns its time. */
import type { Access } from "./access.ts";
import { clear, countCommand, memoryVolumePod, runInside } from "./volume_pod.ts";
import { execute } from "./process.ts";
import type { Fixture } from "./fixture.ts";
import { checkCount, type Tree } from "./tree.ts";

export type Peer =
  | "tar | kubectl exec"
  | "tar | kubectl exec by SPDY"
  | "tar | kubectl exec, proven"
  | "kubectl cp";

const TAR = 'tar -C "$1" -cf - . | kubectl exec -i "$2" -- tar -xf - -C "$3"';
const SCRIPTS: Record<Peer, string> = {
  "tar | kubectl exec": TAR,
  "tar | kubectl exec by SPDY": TAR,
  "tar | kubectl exec, proven": `${TAR} && (cd "$1" && find . -type f -exec sha256sum {} +) |` +
    ` kubectl exec -i "$2" -- sh -c 'cd "$1" && sha256sum -c' sh "$3"`,
  "kubectl cp": 'kubectl cp "$1/." "$2:$3"',
};

/** Returns milliseconds. Throws if it fails, or if the tree is not complete afterwards. */
export async function send(
  fixture: Fixture,
  peer: Peer,
  { tree, access = fixture.access }: { tree: Tree; access?: Access },
): Promise<number> {
  const volumePod = await memoryVolumePod(fixture);
  const argv = ["sh", "-c", SCRIPTS[peer], "sh", tree.path, volumePod.pod, volumePod.path];
  // kubectl speaks websockets by default.
  const bySpdy = peer === "tar | kubectl exec by SPDY";
  const env = {
    KUBECONFIG: access.path,
    KUBECTL_REMOTE_COMMAND_WEBSOCKETS: String(!bySpdy),
  };
  const { startMs, endMs } = await execute(argv, { env, signal: fixture.signal });
  checkCount(tree, await runInside(fixture, volumePod, countCommand(volumePod.path)));
  await clear(fixture, volumePod);
  return endMs - startMs;
}
