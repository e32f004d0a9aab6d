/** A pod of the bench with a volume: the target of the peers, and the tool to empty a volume. */
import type { Access } from "./access.ts";
import type { Fixture } from "./fixture.ts";

export interface VolumePod {
  readonly pod: string;
  /** The volume's path in the pod. */
  readonly path: string;
  readonly access: Access;
}

const PATH = "/bench";

/** `volume` is written as in a pod's spec. */
export async function openVolumePod(
  fixture: Fixture,
  options: { name: string; volume: object; access?: Access },
): Promise<VolumePod> {
  const { name, volume, access = fixture.access } = options;
  const pod = `${fixture.name}-${name}`;
  await fixture.apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: pod, labels: fixture.labels },
    spec: {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: 7200, // a limit in case the bench is killed
      volumes: [{ name: "bench", ...volume }],
      containers: [{
        name: "bench",
        image: fixture.options.image,
        command: ["sleep", "7200"],
        volumeMounts: [{ name: "bench", mountPath: PATH }],
      }],
    },
  }, access);
  await fixture.kubectl(["wait", "--for=condition=Ready", "--timeout=60s", `pod/${pod}`], {
    access,
  });
  return { pod, path: PATH, access };
}

/** The peers' target. It is in memory, like the workspace of tkn-dev's uploads. */
export function memoryVolumePod(fixture: Fixture): Promise<VolumePod> {
  return fixture.once(
    "memory",
    () => openVolumePod(fixture, { name: "peers", volume: { emptyDir: { medium: "Memory" } } }),
  );
}

export async function clear(fixture: Fixture, volumePod: VolumePod): Promise<void> {
  await runInside(
    fixture,
    volumePod,
    `find ${volumePod.path} -mindepth 1 -maxdepth 1 -exec rm -rf {} +`,
  );
}

/** Returns the output of a shell script in the pod. */
export async function runInside(
  fixture: Fixture,
  volumePod: VolumePod,
  script: string,
): Promise<string> {
  const { pod, access } = volumePod;
  const { stdout } = await fixture.kubectl(["exec", pod, "--", "sh", "-c", script], { access });
  return stdout.trim();
}

/** Returns a shell command that prints the number of files and bytes below `path`. */
export function countCommand(path: string): string {
  return `find ${path} -type f ! -path '*/.tkn-dev-upload/*' -exec stat -c %s {} + |` +
    ` awk '{ files++; bytes += $1 } END { printf "%d files, %.0f bytes\\n", files, bytes }'`;
}
