/**
 * The node of the test cluster, which is this machine: the processes of its containers are visible.
 */

export interface Process {
  readonly pid: number;
  readonly name: string;
  /** The command line, with spaces between its words. */
  readonly command: string;
}

/** Returns the processes of a container or pod, which have its id in the path of their cgroup. */
export async function processesOf(id: string): Promise<Process[]> {
  const found: Process[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!(await Deno.readTextFile(`/proc/${name}/cgroup`)).includes(id)) continue;
      const command = (await Deno.readTextFile(`/proc/${name}/cmdline`)).replaceAll("\0", " ");
      const comm = (await Deno.readTextFile(`/proc/${name}/comm`)).trim();
      // programs of busybox have the name of the shell that runs them
      found.push({ pid: Number(name), name: commandName(command) ?? comm, command });
    } catch {
      // it has ended
    }
  }
  return found;
}

function commandName(command: string): string | undefined {
  const [first, second] = command.split(" ");
  const program = first.split("/").at(-1);
  return program === "busybox" ? second : program;
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args }).output();
  if (!success) {
    throw new Error(`${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }
}

/** Mounts a file system of that size in memory. */
export async function mountMemory(path: string, bytes: number): Promise<void> {
  await Deno.mkdir(path, { recursive: true });
  await run("mount", "-t", "tmpfs", "-o", `size=${bytes},mode=0777`, "tmpfs", path);
}

export async function makeReadOnly(path: string): Promise<void> {
  await run("mount", "-o", "remount,ro", path);
}

export async function unmount(path: string): Promise<void> {
  await run("umount", "-l", path);
}
