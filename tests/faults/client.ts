/** Starts tkn-dev as a user does who can reach the cluster by one port alone. */
import { type Ran, type Running, startTknDev, tknDev } from "../support/program.ts";
import type { Profile } from "./profile.ts";
import type { Room } from "./room.ts";
import { PAUSE_SECONDS } from "./times.ts";

/** Of the room's volume: where uploads into it go. */
export const SUB_PATH = "tree";

export interface Upload {
  readonly profile: Profile;
  readonly room: Room;
  readonly tree: string;
  /** The URL of the stand where its step tells what it sees. */
  readonly witness: string;
  /** Of a directory for its kubeconfig. */
  readonly scratch: string;
  /** The way to the API server, and the certificate authority of who is there; without it the direct one. */
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
    ...["--compress", "never"],
  ]);
}

/** What a user does after a client that was killed. */
export async function cleanUp(place: Pick<Upload, "room" | "scratch">): Promise<Ran> {
  return await tknDev(["cleanup", "--kubeconfig", await writeKubeconfig(place)]);
}

async function writeKubeconfig(
  { room: { admin, namespace }, scratch, way }: Pick<Upload, "room" | "scratch" | "way">,
): Promise<string> {
  const { port, ca } = way ?? { port: admin.upstream.port, ca: admin.upstream.caCerts[0] };
  const path = `${scratch}/kubeconfig-${port}`;
  await Deno.writeTextFile(path, admin.kubeconfig({ port, ca, namespace }));
  return path;
}
