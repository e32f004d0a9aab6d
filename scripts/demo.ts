/**
 * The demo: starts the sandbox, applies the Pipeline of examples/, and uploads examples/greet as a
 * user sees it.
 */
import { parseAllDocuments } from "npm:yaml@2.9.1";
import { app } from "../src/app.ts";
import { denoHost } from "../src/deno/host.ts";
import type { KubeObject } from "../src/kube/interface.ts";
import { printable } from "../src/printable.ts";
import { startSandbox } from "../src/sandbox/sandbox.ts";
import { PIPELINES, TASKS } from "../src/tekton/model.ts";

const examples = new URL("../examples/", import.meta.url).pathname;
const host = denoHost();
const { terminal, connect } = host;
const shown = (text: string) => terminal.err(printable`\n$ ${text}\n`);

Deno.exit(await demo());

async function demo(): Promise<number> {
  await using sandbox = await startSandbox();
  shown("tkn-dev sandbox    # a small Kubernetes with Tekton on this machine");
  terminal.err(printable`serving on ${sandbox.server}\n`);

  shown("kubectl apply -f examples/pipeline.yaml");
  const kube = await connect({ kubeconfig: sandbox.kubeconfig });
  for (const document of parseAllDocuments(await Deno.readTextFile(`${examples}pipeline.yaml`))) {
    const object = document.toJS() as KubeObject;
    await kube.create(object.kind === "Task" ? TASKS : PIPELINES, object);
    terminal.err(printable`${object.kind!} ${object.metadata.name!}\n`);
  }

  const volume = "volumeClaimTemplateFile=examples/volume.yaml";
  shown(`tkn-dev pipeline upload greet examples/greet -w name=source,${volume}`);
  const binding = `name=source,volumeClaimTemplateFile=${examples}volume.yaml`;
  const argv = ["pipeline", "upload", "greet", `${examples}greet`, "-w", binding];
  const code = await app([...argv, "--no-remember", "-k", sandbox.kubeconfig], host);
  terminal.err(printable`\nexit code ${code}\n`);
  return code;
}
