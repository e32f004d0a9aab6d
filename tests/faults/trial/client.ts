/** Starts tkn-dev as a user whose only way to the cluster is one port. */
import { type Ran, type Running, startTknDev, tknDev } from "../../support/program.ts";
import type { Profile } from "./profile.ts";
import type { TestNamespace } from "../cluster/test_namespace.ts";
import { PAUSE_SECONDS } from "./times.ts";

/** The directory of the claim that uploads go to. */
export const SUB_PATH = "tree";

export interface Upload {
  readonly profile: Profile;
  readonly testNamespace: TestNamespace;
  readonly tree: string;
  /** The URL to which the upload's steps report what they see. */
  readonly witness: string;
  /** A directory for the kubeconfig. */
  readonly scratch: string;
  /** The port of a proxy and its certificate authority. Default: the API server itself. */
  readonly way?: { port: number; ca: string };
}

export async function startUpload(upload: Upload): Promise<Running> {
  const { profile, tree, witness } = upload;
  const kubeconfig = await writeKubeconfig(upload);
  const bound = profile.usesClaim ? `claimName=faults,subPath=${SUB_PATH}` : "emptyDir=";
  return startTknDev([
    ...profile.command,
    tree,
    ...["-w", `name=source,${bound}`, "-p", `witness=${witness}`],
    ...["--kubeconfig", kubeconfig, "--pause-timeout", `${PAUSE_SECONDS}s`],
    ...["--compress", "never", "--exec-protocol", profile.protocol],
  ]);
}

/** Runs `tkn-dev cleanup`, as a user would after a client was killed. */
export async function cleanUp(place: Pick<Upload, "testNamespace" | "scratch">): Promise<Ran> {
  return await tknDev(["cleanup", "--kubeconfig", await writeKubeconfig(place)]);
}

async function writeKubeconfig(
  { testNamespace: { admin, namespace }, scratch, way }: Pick<
    Upload,
    "testNamespace" | "scratch" | "way"
  >,
): Promise<string> {
  const { port, ca } = way ?? { port: admin.upstream.port, ca: admin.upstream.caCerts[0] };
  const path = `${scratch}/kubeconfig-${port}`;
  await Deno.writeTextFile(path, admin.kubeconfig({ port, ca, namespace }));
  return path;
}
