/**
 * Has uploads go wrong on the cluster that KUBECONFIG names, whose current context may do all there, and judges what
 * becomes of them: tkn-dev is the compiled program that TKN_DEV names, else the source.
 *
 *     deno task test:faults [--only TEXT]... [--tenth] [--list] [--seed N] [--jobs N]
 *
 * Run whole, it writes docs/reliability.md. Its last line is "N passed, N failed".
 */
import { parseArgs } from "node:util";
import { makeCertificates } from "../../src/sandbox/certificate.ts";
import { Admin } from "./admin.ts";
import { readCircumstances } from "./circumstances.ts";
import type { Injection } from "./injection.ts";
import { inject } from "./inject.ts";
import { type Cell, judge } from "./judge.ts";
import { matrix, tenth } from "./matrix.ts";
import { measure } from "./measure.ts";
import type { Profile } from "./profile.ts";
import { Random } from "../support/random.ts";
import { Room } from "./room.ts";
import { line, page } from "./table.ts";
import { writeTree } from "./tree.ts";
import { Witness } from "./witness.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    only: { type: "string", multiple: true, default: [] },
    tenth: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "6" },
    verbose: { type: "boolean", default: false },
  },
});

const chosen = chosenOf(matrix());
if (values.list) {
  for (const { name, profile } of chosen) say(`${name} (${profile.name})`);
  say(`${chosen.length} injections`);
  Deno.exit(0);
}
Deno.exit(await main(chosen));

function chosenOf(all: Injection[]): Injection[] {
  const { only } = values;
  if (values.tenth) return tenth();
  return only.length === 0 ? all : all.filter(({ name }) => only.some((one) => name.includes(one)));
}

async function main(injections: readonly Injection[]): Promise<number> {
  const startMs = Date.now();
  const seed = Number(values.seed);
  const directory = await Deno.makeTempDir({ prefix: "tkn-dev-faults-" });
  await Deno.chmod(directory, 0o755);
  const kubeconfig = Deno.env.get("KUBECONFIG");
  if (kubeconfig === undefined) throw new Error("name a cluster with KUBECONFIG");
  const admin = await Admin.open(kubeconfig);
  await using witness = new Witness(await hostOf(admin));
  const certificates = await makeCertificates();
  const jobs = Math.min(Number(values.jobs), injections.length);
  const rooms = await Promise.all(
    Array.from({ length: jobs }, (_, at) => Room.open(admin, `faults-${at + 1}`, directory)),
  );
  const cells: Cell[] = [];
  try {
    for (const room of rooms) await room.clear();
    const profiles = [...new Set(injections.map(({ profile }) => profile))];
    const trees = new Map<Profile, string>();
    for (const profile of profiles) {
      const tree = `${directory}/trees/${profile.name}`;
      await writeTree(tree, seed, profile.tree);
      trees.set(profile, tree);
    }
    const shared = { witness, certificates, seed };
    const measures = new Map(
      await pool(rooms, profiles, async (profile, room) => {
        const setting = {
          ...shared,
          room,
          tree: trees.get(profile)!,
          scratch: `${directory}/${profile.name}`,
        };
        return [profile, await measure(profile, setting)] as const;
      }),
    );
    let count = 0;
    // Mixed, so that those that take long are not all at the end, nor those that load the machine side by side.
    await pool(rooms, shuffled(injections, new Random(seed)), async (injection, room) => {
      const at = count++;
      const { profile } = injection;
      const seen = await inject(injection, {
        ...shared,
        room,
        tree: trees.get(profile)!,
        measures: measures.get(profile)!,
        scratch: `${directory}/${at}`,
      });
      const cell = { ...injection, seen, problems: judge(injection, seen) };
      cells.push(cell);
      say(`${cells.length}/${injections.length} ${line(cell)}`);
      if (values.verbose && cell.problems.length > 0) say(seen.stderr.replace(/^/gm, "    "));
    });
  } finally {
    for (const room of rooms) await room.close();
    await Deno.remove(directory, { recursive: true }).catch(() => {});
  }
  cells.sort((one, other) => one.number - other.number);
  const failed = cells.filter(({ problems }) => problems.length > 0).length;
  if (injections.length === matrix().length) {
    const seconds = (Date.now() - startMs) / 1000;
    await write(page(cells, { ...await readCircumstances(admin), seconds }));
  }
  for (const cell of cells) if (cell.problems.length > 0) say(line(cell));
  say(`\n${cells.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Where the cluster's pods reach this machine: at the node's address, if it is the node. */
async function hostOf(admin: Admin): Promise<string> {
  const [node] = await admin.list("/api/v1/nodes");
  const addresses: { type: string; address: string }[] = node.status.addresses;
  return addresses.find(({ type }) => type === "InternalIP")!.address;
}

/** Each in a room of its own, as many at once as there are rooms. */
async function pool<T, R>(
  rooms: readonly Room[],
  items: readonly T[],
  work: (item: T, room: Room) => Promise<R>,
): Promise<R[]> {
  const left = items.values();
  const results: R[] = [];
  await Promise.all(rooms.map(async (room) => {
    for (const item of left) results.push(await work(item, room));
  }));
  return results;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items.map((item) => ({ item, key: random.next() }))
    .toSorted((one, other) => one.key - other.key)
    .map(({ item }) => item);
}

async function write(text: string): Promise<void> {
  const path = new URL("../../docs/reliability.md", import.meta.url).pathname;
  await Deno.writeTextFile(path, text);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", path] }).output();
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
