/**
 * An editor that saves the line that is typed, whatever Ctrl-C comes before it. A shell would not do: a signal gets
 * lost in it while it forks.
 */
const say = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));

Deno.addSignalListener("SIGINT", () => say("ctrl-c"));
say("line?");
const typed = new Uint8Array(100);
const length = await Deno.stdin.read(typed);
await Deno.writeFile(Deno.args[0], typed.subarray(0, length ?? 0));
Deno.exit(0);
