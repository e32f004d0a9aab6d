/** A user's setup for documents: a checkout of examples/greet, and a cluster with its Pipeline. */
import { commandLine } from "./program.ts";
import { applyYaml, openCluster } from "./cluster.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const DATE = "2026-01-01T00:00:00Z";
const GIT_ENV = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_COMMITTER_DATE: DATE };
const IDENTITY = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];

export interface GreetCheckout {
  /** The checkout. */
  readonly cwd: string;
  /** Finds tkn-dev, the cluster and no configuration of this machine's user. */
  readonly env: Readonly<Record<string, string>>;
}

/** Makes the checkout, with the same commit each time. `change` changes its files before that. */
export async function greetCheckout(
  { directory, kubeconfig, change = () => Promise.resolve() }: {
    directory: string;
    kubeconfig: string;
    change?: (checkout: string) => Promise<void>;
  },
): Promise<GreetCheckout> {
  const [bin, cwd] = [`${directory}/bin`, `${directory}/greet`];
  await Deno.mkdir(bin);
  await run("cp", "-r", `${ROOT}examples/greet`, cwd);
  await change(cwd);
  const git = (...args: string[]) => run("git", "-C", cwd, ...IDENTITY, ...args);
  await git("init", "-q", "-b", "main");
  await git("remote", "add", "origin", "https://github.com/example/greet");
  await git("add", ".");
  await git("commit", "-q", "-m", "Greet", "--date", DATE);
  const words = commandLine([]).map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(`${bin}/tkn-dev`, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  const path = `${bin}:${Deno.env.get("PATH")}`;
  const remembers = { XDG_STATE_HOME: `${directory}/state`, TKN_DEV_NO_REMEMBER: "" };
  return { cwd, env: { ...GIT_ENV, ...remembers, PATH: path, KUBECONFIG: kubeconfig, ENV: "" } };
}

/** Creates what the README says: the Pipeline of examples/, its Tasks, and a claim. */
export async function applyGreet(kubeconfig: string): Promise<void> {
  const { kube } = await openCluster(kubeconfig);
  const readme = await Deno.readTextFile(`${ROOT}README.md`);
  const [command] = /`kubectl apply[^`]*`/.exec(readme)!;
  for (const [file] of command.matchAll(/examples\/[\w.]+/g)) {
    await applyYaml(kube, await Deno.readTextFile(`${ROOT}${file}`));
  }
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, env: GIT_ENV }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
}
