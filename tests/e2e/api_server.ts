/** A second API server of the cluster that scripts/cluster runs on this machine. */
import { becomes } from "../scenarios/waiting.ts";

const RUN = `${
  Deno.env.get("CLUSTER_DIR") ?? `${Deno.env.get("HOME")}/.cache/tekton-test-cluster`
}/run`;
const PID_FILE = `${RUN}/apiserver.pid`;

/** Whether that cluster is there. */
export function hasOwnCluster(): boolean {
  try {
    return Deno.statSync(PID_FILE).isFile;
  } catch {
    return false;
  }
}

/**
 * Starts it with the command line of the first one, on another port, over the same etcd. Disposal
 * ends it.
 */
export async function secondApiServer(gates: string) {
  const pid = (await Deno.readTextFile(PID_FILE)).trim();
  const argv = (await Deno.readTextFile(`/proc/${pid}/cmdline`)).split("\0").filter(Boolean);
  const port = freePort();
  const same = argv.slice(1).filter((arg) => !/^--(secure-port|feature-gates)=/.test(arg));
  const own = [`--secure-port=${port}`, `--feature-gates=${gates}`];
  const process = new Deno.Command(argv[0], {
    // It leaves the endpoints of the service `kubernetes` to the first one.
    args: [...same, ...own, "--endpoint-reconciler-type=none"],
    cwd: RUN,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const server = `https://127.0.0.1:${port}`;
  const client = Deno.createHttpClient({
    caCerts: [await Deno.readTextFile(`${RUN}/pki/ca.crt`)],
  });
  const isReady = async () => {
    const answer = await fetch(`${server}/readyz`, { client }).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok ?? false;
  };
  const end = async () => {
    client.close();
    process.kill("SIGTERM");
    await process.status;
  };
  try {
    await becomes(isReady, "the second API server is ready");
  } catch (error) {
    await end();
    throw error;
  }
  return { server, [Symbol.asyncDispose]: end };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
