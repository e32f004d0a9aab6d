/**
 * Requests and execs as another user, by --as and --as-group and by the kubeconfig. Also what each
 * verb on pods/exec is worth: the other user gets one after the other.
 */
import assert from "node:assert/strict";
import { denoHost } from "../../src/deno/host.ts";
import type { Kube, KubeObject, Resource } from "../../src/kube/interface.ts";
import { isStatus } from "../../src/kube/status.ts";
import { applyObjects } from "../scenarios/all.ts";
import { held } from "../scenarios/waiting.ts";
import type { Cluster } from "../support/cluster.ts";
import { changedKubeconfig } from "../support/kubeconfig.ts";
import { tknDev } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { openUser } from "./open_user.ts";

const USER = "tkn-dev-test-jane";
const GROUP = "tkn-dev-test-developers";
const AS = ["-c", "admin", "--as", USER];
/** Both are asked for at once. */
const MISSING_RIGHT = new RegExp(`user "${USER}" may not (get tasks|create taskruns)`);
const RBAC = { group: "rbac.authorization.k8s.io", version: "v1" };
const ROLES: Resource = { ...RBAC, plural: "roles", kind: "Role" };
const BINDINGS: Resource = { ...RBAC, plural: "rolebindings", kind: "RoleBinding" };

Deno.test({
  name: "an administrator acts as another user, for uploads and execs by each protocol",
  // Only an administrator may impersonate, and bind roles.
  ignore: Deno.env.get("TKN_DEV_TEST_CONTEXTS") === undefined,
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    using directory = temporaryDirectory();
    const cluster = await openUser("tests-7"); // the shards have 1 to 6
    await applyObjects(cluster);
    const kubeconfig = Deno.env.get("KUBECONFIG")!;
    const { namespace } = cluster.kube;
    const admin = await denoHost().connect({ kubeconfig, context: "admin", namespace });
    await using rights = new Rights(admin);
    await rights.bind(USER, { kind: "Group", name: GROUP }, { kind: "ClusterRole", name: "edit" });
    await asMemberOfGroup(cluster, directory.path);
    await byVerb(cluster, rights);
  },
});

/** The group has the role, the user alone has nothing. */
async function asMemberOfGroup(cluster: Cluster, directory: string): Promise<void> {
  const tree = `${directory}/tree`;
  await Deno.mkdir(tree);
  await Deno.writeTextFile(`${tree}/here.txt`, "here");
  const upload = ["task", "upload", "t-steps", tree, "-w", "name=source,emptyDir="];
  const inKubeconfig = await changedKubeconfig(cluster, `${directory}/kubeconfig`, (config) => {
    for (const { user } of config.users) Object.assign(user, { as: USER, "as-groups": [GROUP] });
  });
  const flags = [...cluster.flags, ...AS, "--as-group", GROUP];
  for (
    const way of [
      [...flags, "--exec-protocol=spdy"],
      [...flags, "--exec-protocol=websocket"],
      [...inKubeconfig, "-c", "admin"],
    ]
  ) {
    const ran = await tknDev([...upload, ...way]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stderr, /^Sent 1 file, .*, verified$/m);
  }
  const alone = await tknDev([...upload, ...cluster.flags, ...AS]);
  assert.equal(alone.code, 3, alone.stderr);
  assert.match(alone.stderr, MISSING_RIGHT);
}

/** An exec into a held step, with each verb alone. Kubernetes before 1.35 takes each. */
async function byVerb(cluster: Cluster, rights: Rights): Promise<void> {
  const { namespace } = cluster.kube;
  const start = "task debug t-steps --on-step first -w name=source,emptyDir= -o name".split(" ");
  const { stdout } = await tknDev([...start, ...cluster.flags]);
  const name = stdout.trim().split("/").at(-1)!;
  await held(cluster, "TaskRun", name, "first");
  const exec = async (protocol: string) => {
    const own = [...cluster.flags, ...AS, `--exec-protocol=${protocol}`];
    const { code, stdout, stderr } = await tknDev(["tr", "exec", name, ...own, "--", "echo", "hi"]);
    if (code === 0) return stdout;
    return new RegExp(`user "${USER}" may not (\\w+) pods/exec in namespace "${namespace}"`)
      .exec(stderr)?.[1] ?? stderr;
  };
  await rights.bind(`${USER}-exec`, { kind: "User", name: USER }, await rights.role([]));
  assert.deepEqual([await exec("spdy"), await exec("websocket")], ["create", "get"]);
  await rights.role(["create"]);
  assert.deepEqual([await exec("spdy"), await exec("websocket")], ["hi\n", "get"]);
  assert.equal(await exec("auto"), "hi\n");
  await rights.role(["get"]);
  const [bySpdy, byWebSocket, byEither] = [
    await exec("spdy"),
    await exec("websocket"),
    await exec("auto"),
  ];
  assert.equal(bySpdy, "create");
  const wanted = await isBefore35(cluster.kube) ? "hi\n" : "create";
  assert.deepEqual([byWebSocket, byEither], [wanted, wanted]);
  const ended = await tknDev(["tr", "continue", name, ...cluster.flags]);
  assert.equal(ended.code, 0, ended.stderr);
}

async function isBefore35(kube: Kube): Promise<boolean> {
  const [, minor] = /^v1\.(\d+)/.exec(await kube.serverVersion())!;
  return Number(minor) < 35;
}

interface Named {
  readonly kind: string;
  readonly name: string;
}

/** Roles and bindings that disposal removes. */
class Rights implements AsyncDisposable {
  readonly #made: { resource: Resource; name: string }[] = [];

  constructor(private readonly admin: Kube) {}

  /** Sets the verbs on pods/exec of a role that else only reads. */
  async role(verbs: readonly string[]): Promise<Named> {
    const name = `${USER}-exec`;
    const rules = [
      { apiGroups: ["tekton.dev"], resources: ["taskruns"], verbs: ["get", "list"] },
      { apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list"] },
      ...verbs.length === 0 ? [] : [{ apiGroups: [""], resources: ["pods/exec"], verbs }],
    ];
    await this.#put(ROLES, { metadata: { name }, rules });
    return { kind: "Role", name };
  }

  async bind(name: string, subject: Named, role: Named): Promise<void> {
    const apiGroup = RBAC.group;
    const roleRef = { apiGroup, ...role };
    await this.#put(BINDINGS, {
      metadata: { name },
      subjects: [{ apiGroup, ...subject }],
      roleRef,
    });
  }

  async #put(resource: Resource, object: KubeObject): Promise<void> {
    const { kind, group, version } = resource;
    const name = object.metadata.name!;
    await this.#remove(resource, name);
    this.#made.push({ resource, name });
    await this.admin.create(resource, { apiVersion: `${group}/${version}`, kind, ...object });
  }

  async #remove(resource: Resource, name: string): Promise<void> {
    await this.admin.delete(resource, this.admin.namespace, name).catch((error) => {
      if (!isStatus(error, 404)) throw error;
    });
  }

  async [Symbol.asyncDispose]() {
    for (const { resource, name } of this.#made) await this.#remove(resource, name);
  }
}
