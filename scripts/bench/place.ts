/** A pod of the bench with a volume: the target of the peers, and the tool to empty a volume. */
import type { Access } from "./access.ts";
import type { Stage } from "./stage.ts";

export interface Place {
  readonly pod: string;
  /** The volume's path in the pod. */
  readonly path: string;
  readonly access: Access;
}

const PATH = "/bench";

/** `volume` is written as in a pod's spec. */
export async function openPlace(
  stage: Stage,
  options: { name: string; volume: object; access?: Access },
): Promise<Place> {
  const { name, volume, access = stage.access } = options;
  const pod = `${stage.name}-${name}`;
  await stage.apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: pod, labels: stage.labels },
    spec: {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: 7200, // a limit in case the bench is killed
      volumes: [{ name: "bench", ...volume }],
      containers: [{
        name: "bench",
        image: stage.options.image,
        command: ["sleep", "7200"],
        volumeMounts: [{ name: "bench", mountPath: PATH }],
      }],
    },
  }, access);
  await stage.kubectl(["wait", "--for=condition=Ready", "--timeout=60s", `pod/${pod}`], { access });
  return { pod, path: PATH, access };
}

/** The peers' place. It is in memory, like the workspace of tkn-dev's uploads. */
export function memoryPlace(stage: Stage): Promise<Place> {
  return stage.once(
    "memory",
    () => openPlace(stage, { name: "peers", volume: { emptyDir: { medium: "Memory" } } }),
  );
}

export async function clear(stage: Stage, place: Place): Promise<void> {
  await inside(stage, place, `find ${place.path} -mindepth 1 -maxdepth 1 -exec rm -rf {} +`);
}

/** Returns the output of a shell script in the pod. */
export async function inside(stage: Stage, place: Place, script: string): Promise<string> {
  const { pod, access } = place;
  const { stdout } = await stage.kubectl(["exec", pod, "--", "sh", "-c", script], { access });
  return stdout.trim();
}

/** Returns a shell command that prints the number of files and bytes below `path`. */
export function countCommand(path: string): string {
  return `find ${path} -type f ! -path '*/.tkn-dev-upload/*' -exec stat -c %s {} + |` +
    ` awk '{ files++; bytes += $1 } END { printf "%d files, %.0f bytes\\n", files, bytes }'`;
}
