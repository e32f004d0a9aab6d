/**
 * A small Kubernetes API with Tekton on loopback, whose steps are local processes without
 * isolation. It is a test double that is held to the original: it implements only what a scenario,
 * the demo or a document needs, and every scenario runs on a real cluster too. See README.md here.
 */
import { requestHandler } from "./api/server.ts";
import { Listener } from "./api/listener.ts";
import { Kubelet } from "./node/kubelet.ts";
import { NAMESPACES, SERVICE_ACCOUNTS } from "./store/kinds.ts";
import { collectGarbage } from "./store/garbage.ts";
import { Store } from "./store/store.ts";
import { Tekton } from "./tekton/controller.ts";

export interface Sandbox extends AsyncDisposable {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** The bearer token that clients must send. */
  readonly token: string;
  /** PEM. */
  readonly ca: string;
  /** Path of a kubeconfig file with the server, the token and the CA. */
  readonly kubeconfig: string;
  /** Ends all processes and removes all files. */
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** Whether it accepts another token beside its own, for clients that renew theirs. */
  readonly accepts?: (token: string) => boolean;
  /** Default: any free port. */
  readonly port?: number;
  /** The time that a pod takes to start, so that the demo feels like a real platform. */
  readonly pace?: { readonly podStartMs: number };
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { makeCertificates } = await import("./api/certificate.ts");
  const certificates = await makeCertificates();
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "tkn-dev-sandbox-" }));
  await Deno.chmod(directory, 0o700); // it holds the token and the Secrets
  const token = randomToken();
  const accepts = (given: string) => given === token || (options.accepts?.(given) ?? false);
  const store = new Store();
  collectGarbage(store);
  store.create(NAMESPACES, { metadata: { name: "default" }, status: { phase: "Active" } });
  store.create(SERVICE_ACCOUNTS, { metadata: { name: "default", namespace: "default" } });
  const kubelet = new Kubelet(store, directory);
  const tekton = new Tekton({ store, kubelet, podStartMs: options.pace?.podStartMs ?? 0 });
  const stop = new AbortController();
  const handler = requestHandler({ store, kubelet, accepts });
  const path = `${directory}/api.sock`;
  const http = Deno.serve(
    { path, signal: stop.signal, onListen: () => {} },
    (request) => handler(request),
  );
  const listener = new Listener({ port: options.port ?? 0, certificates, path, answer: handler });
  const server = `https://127.0.0.1:${listener.port}`;
  const kubeconfig = `${directory}/kubeconfig`;
  const text = kubeconfigOf({ server, token, ca: certificates.ca });
  await Deno.writeTextFile(kubeconfig, text, { mode: 0o600 });
  await Deno.chmod(kubeconfig, 0o600); // independent of the umask
  let closing: Promise<void> | undefined;
  const close = () =>
    closing ??= (async () => {
      await tekton.close();
      await kubelet.close();
      stop.abort(); // also ends the watches and logs that clients still read
      listener.close();
      await http.finished;
      await Deno.remove(directory, { recursive: true });
    })();
  return { server, token, ca: certificates.ca, kubeconfig, close, [Symbol.asyncDispose]: close };
}

/** Returns JSON, which is also YAML. */
function kubeconfigOf(
  { server, token, ca }: { server: string; token: string; ca: string },
): string {
  const name = "tkn-dev-sandbox";
  return JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server, "certificate-authority-data": btoa(ca) } }],
      users: [{ name, user: { token } }],
      contexts: [{ name, context: { cluster: name, user: name, namespace: "default" } }],
      "current-context": name,
    },
    undefined,
    2,
  );
}

function randomToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
