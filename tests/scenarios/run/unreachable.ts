/** Clusters that cannot be reached or reject everything: one line, a hint, exit code 2 or 3. */
import assert from "node:assert/strict";
import { makeCertificates } from "../../../src/sandbox/api/certificate.ts";
import { changedKubeconfig, type Kubeconfig } from "../../support/kubeconfig.ts";
import { stderrLines, tknDev } from "../../support/program.ts";
import type { Scenario } from "../scenario.ts";

/** The port of a listener that has been closed. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** [what is wrong, the change that causes it, exit code, error line, part of the hint] */
const CASES: [
  name: string,
  change: (config: Kubeconfig) => void | Promise<void>,
  code: number,
  error: RegExp,
  hint: RegExp,
][] = [
  [
    "no server listens",
    (config) => each(config, (cluster) => cluster.server = `https://127.0.0.1:${freePort()}`),
    3,
    /Cannot reach the cluster "https:\/\/127.0.0.1:\d+": connection refused/,
    /--context/,
  ],
  [
    "the certificate is of another CA",
    async (config) => {
      const { ca } = await makeCertificates();
      each(config, (cluster) => {
        delete cluster["certificate-authority"];
        cluster["certificate-authority-data"] = btoa(ca);
      });
    },
    3,
    /its certificate is signed by an unknown authority/,
    /certificate-authority/,
  ],
  [
    "the token is wrong",
    (config) => config.users.forEach((one) => one.user = { token: "wrong" }),
    3,
    /does not accept the credentials \(401 Unauthorized\)/,
    /log in/,
  ],
  [
    "a certificate file is missing",
    (config) =>
      each(config, (cluster) => {
        delete cluster["certificate-authority-data"];
        cluster["certificate-authority"] = "/no/such/ca.crt";
      }),
    2,
    /no such file: \/no\/such\/ca.crt/,
    /correct it in .*kubeconfig/,
  ],
  [
    "the kubeconfig both names an authority and asks for no check of the certificate",
    (config) =>
      each(config, (cluster) => {
        (cluster as Record<string, unknown>)["insecure-skip-tls-verify"] = true;
      }),
    2,
    /it has both insecure-skip-tls-verify and a certificate-authority/,
    /correct it in .*kubeconfig/,
  ],
];

export const unreachableScenarios: Scenario[] = [
  ...CASES.map(([name, change, code, error, hint]): Scenario => ({
    name: `the error of an unusable cluster is one line: ${name}`,
    async run(cluster, directory) {
      await Deno.writeTextFile(`${directory}/file`, "a");
      const flags = await changedKubeconfig(cluster, `${directory}/kubeconfig`, change);
      const args = ["task", "upload", "t-steps", directory, "-w", "name=source,emptyDir="];
      const ran = await tknDev([...args, ...flags]);
      assert.equal(ran.code, code, ran.stderr);
      const [first, second, ...more] = stderrLines(ran);
      assert.match(first, /^Error: /);
      assert.match(first, error);
      assert.match(second, hint);
      assert.deepEqual(more, []);
    },
  })),
  {
    name: "without a kubeconfig the error says what to try",
    async run(_cluster, directory) {
      const env = { KUBECONFIG: `${directory}/none` };
      const args = ["task", "upload", "t-steps", directory];
      await Deno.writeTextFile(`${directory}/file`, "a");
      const ran = await tknDev(args, { env });
      assert.equal(ran.code, 2);
      assert.match(ran.stderr, /^Error: Cannot find a kubeconfig: KUBECONFIG=.* is not there\n/);
      assert.match(ran.stderr, /^Hint: .*tkn-dev sandbox/m);
    },
  },
];

function each(config: Kubeconfig, change: (cluster: Record<string, string>) => void): void {
  for (const { cluster } of config.clusters) change(cluster);
}
