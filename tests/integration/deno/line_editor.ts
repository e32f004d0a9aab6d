/**
 * An editor that saves the next line from the terminal, and survives Ctrl-C before it. A shell
 * script would lose a signal that arrives while it forks.
 */
const say = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));

Deno.addSignalListener("SIGINT", () => say("ctrl-c"));
say("line?");
const typed = new Uint8Array(100);
const length = await Deno.stdin.read(typed);
await Deno.writeFile(Deno.args[0], typed.subarray(0, length ?? 0));
Deno.exit(0);
