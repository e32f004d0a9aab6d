/** Lost connections: the client loses no data, and no run stays held. */
import assert from "node:assert/strict";
import { TASK_RUNS, type TaskRun } from "../../../src/tekton/model.ts";
import { FaultyProxy } from "../../support/faulty_proxy.ts";
import { changedKubeconfig } from "../../support/kubeconfig.ts";
import { startTknDev, tknDev } from "../../support/program.ts";
import { throughGateway, type UpgradeFate } from "../../support/gateway.ts";
import { httpProxy, socksProxy } from "../../support/proxies.ts";
import { throughProxy } from "../../support/through_proxy.ts";
import { atTerminal } from "../hold/session.ts";
import type { Scenario } from "../scenario.ts";

const EMPTY = ["-w", "name=source,emptyDir="];

const faulty = (server: { hostname: string; port: number }) => new FaultyProxy(server);

export const connectionScenarios: Scenario[] = [
  {
    name: "a connection lost while following logs loses no line and repeats none",
    async run(cluster, directory) {
      await Deno.writeTextFile(`${directory}/a`, "a");
      await using way = await throughProxy(cluster, directory, faulty);
      const running = startTknDev(["task", "upload", "t-count", directory, ...EMPTY, ...way.flags]);
      await running.stdoutMatch(/line 5$/m);
      way.proxy.cutAll();
      await running.stdoutMatch(/line 12$/m);
      way.proxy.cutAll();
      const ran = await running.ended;
      assert.equal(ran.code, 0, ran.stderr);
      assert.ok(way.proxy.cuts >= 2);
      const lines = Array.from({ length: 20 }, (_, at) => `[count] line ${at + 1}\n`);
      assert.equal(ran.stdout, lines.join(""));
    },
  },
  {
    name:
      "an interrupted upload resumes where it stopped, and releases the step once it is complete",
    async run(cluster, directory) {
      await writeFiles(`${directory}/tree`);
      await using way = await throughProxy(cluster, directory, faulty);
      way.proxy.cutAfterBytes = 5_000_000;
      const args = ["task", "upload", "t-count", `${directory}/tree`, ...EMPTY, ...way.flags];
      const ran = await startTknDev(args).ended;
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(ran.stderr, /^Note: Cannot upload into step "upload": .*: trying again$/m);
      assert.match(ran.stderr, /^Sent 40 files, 10 MB in .*, verified$/m);
      assert.ok(ran.stderr.indexOf("trying again") < ran.stderr.indexOf("Resumed"));
      assert.ok(way.proxy.cuts > 0);
      assert.ok(way.proxy.sentBytes < 17_000_000, `${way.proxy.sentBytes}`);
      assert.equal(ran.stdout.split("\n").length, 21);
    },
  },
  {
    name: "an upload interrupted on each try reports that, releases nothing and cancels its run",
    async run(cluster, directory) {
      await writeFiles(`${directory}/tree`);
      await using way = await throughProxy(cluster, directory, faulty);
      way.proxy.cutAfterBytes = 200_000;
      const args = ["task", "upload", "t-count", `${directory}/tree`, ...EMPTY, ...way.flags];
      const ran = await startTknDev(args).ended;
      assert.equal(ran.code, 4, ran.stderr);
      assert.match(ran.stderr, /^Error: Cannot upload into step "upload": .*connection/m);
      assert.match(ran.stderr, /^Note: Cancelled TaskRun/m);
      assert.equal(ran.stdout, "", "no step ran");
      const name = /Created TaskRun (\S+)/.exec(ran.stderr)![1];
      const run = await cluster.kube.get<TaskRun>(TASK_RUNS, cluster.kube.namespace, name);
      assert.equal(run.spec.status, "TaskRunCancelled");
    },
  },
  {
    name: "an upload goes through a proxy with a password, to a server of another name",
    async run(cluster, directory) {
      await Deno.writeTextFile(`${directory}/a`, "a");
      const { hostname, port } = new URL(cluster.kube.server);
      const login = { user: "ada", password: "s3cret/@" };
      await using proxy = await socksProxy({ login, names: { "kube.test": hostname } });
      const through = (password: string) =>
        changedKubeconfig(cluster, `${directory}.kubeconfig`, (config) => {
          for (const { cluster } of config.clusters) {
            cluster.server = `https://kube.test:${port}`;
            cluster["tls-server-name"] = "localhost";
            const userinfo = `${login.user}:${encodeURIComponent(password)}`;
            cluster["proxy-url"] = `socks5://${userinfo}@127.0.0.1:${proxy.port}`;
          }
        });
      const args = ["task", "upload", "t-count", directory, ...EMPTY];
      const ran = await tknDev([...args, ...await through(login.password)]);
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(ran.stderr, /^Sent 1 file, .*, verified$/m);
      assert.deepEqual([...new Set(proxy.asked)], [`kube.test:${port}`]);
      const refused = await tknDev([...args, ...await through("guess")]);
      assert.equal(refused.code, 3);
      assert.match(
        refused.stderr,
        /its proxy socks5:\/\/127.0.0.1:\d+ does not accept the user and/,
      );
      assert.doesNotMatch(refused.stderr, /guess/);
      await Deno.remove(`${directory}.kubeconfig`);
    },
  },
  {
    name: "a proxy that lets no exec through is named after one round, and no run stays held",
    async run(cluster, directory) {
      await Deno.writeTextFile(`${directory}/a`, "a");
      await using proxy = await httpProxy();
      await using way = await throughGateway(cluster, directory, proxy.port);
      const { gateway, flags } = way;
      const args = ["task", "upload", "t-count", directory, ...EMPTY, ...flags];
      const seen: [UpgradeFate, upgrades: number, why: RegExp][] = [
        [403, 2, /: SPDY: the answer is 403; websocket: the answer is 403$/m],
        ["strip", 2, /: SPDY: the upgrade is not passed on; websocket: the upgrade is not/],
        ["cut", 3, /: SPDY: .*; websocket: the connection was closed without an answer$/m],
      ];
      for (const [fate, upgrades, why] of seen) {
        gateway.fate = () => fate;
        gateway.upgrades.length = 0;
        const ran = await tknDev(args);
        assert.equal(ran.code, 3, ran.stderr);
        const who = `the proxy http://127.0.0.1:${proxy.port} lets no exec through: `;
        assert.ok(ran.stderr.includes(who), ran.stderr);
        assert.match(ran.stderr, why);
        assert.match(ran.stderr, /^Hint: does NO_PROXY=127.0.0.1, .* kubectl exec /m);
        assert.match(ran.stderr, /^Note: Cancelled TaskRun/m);
        assert.equal(gateway.upgrades.length, upgrades, ran.stderr);
      }
    },
  },
  {
    name: "debug with a terminal behind such a proxy leaves no run held if the code can't arrive",
    needs: ["script"],
    async run(cluster, directory) {
      await Deno.writeTextFile(`${directory}/a`, "a");
      await using way = await throughGateway(cluster, directory);
      way.gateway.fate = () => 403;
      const args = ["task", "debug", "t-count", "--upload", directory, ...EMPTY, ...way.flags];
      await using session = atTerminal(args);
      const [, name] = await session.until(/Created TaskRun (\S+) in/);
      await session.until(/Error: .* lets no exec through: SPDY: the answer is 403; webs/);
      await session.until(/ended: 3/);
      const run = await cluster.kube.get<TaskRun>(TASK_RUNS, cluster.kube.namespace, name);
      assert.equal(run.spec.status, "TaskRunCancelled");
    },
  },
  {
    name: "one upgrade that is cut is tried again, and where only websockets pass they carry all",
    async run(cluster, directory) {
      await Deno.writeTextFile(`${directory}/a`, "a");
      await using way = await throughGateway(cluster, directory);
      const { gateway, flags } = way;
      gateway.fate = (protocol) => {
        if (protocol !== "websocket") return 403;
        return gateway.upgrades.length === 2 ? "cut" : "pass";
      };
      const ran = await tknDev(["task", "upload", "t-count", directory, ...EMPTY, ...flags]);
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(ran.stderr, /^Sent 1 file, .*, verified$/m);
      assert.deepEqual(gateway.upgrades.slice(0, 3), ["SPDY/3.1", "websocket", "websocket"]);
      assert.doesNotMatch(ran.stderr, /trying again/);
    },
  },
];

/** 40 files of 256 KiB that compress badly. */
async function writeFiles(directory: string): Promise<void> {
  await Deno.mkdir(directory);
  for (let at = 0; at < 40; at++) {
    const bytes = new Uint8Array(1 << 18);
    for (let from = 0; from < bytes.length; from += 1 << 16) {
      crypto.getRandomValues(bytes.subarray(from, from + (1 << 16)));
    }
    await Deno.writeFile(`${directory}/${at}`, bytes);
  }
}
