/** A user's shell at a pseudo-terminal, with tkn-dev, tkn and their completions. */
import assert from "node:assert/strict";
import { commandLine, environmentWithHome } from "./program.ts";
import { TerminalSession } from "./terminal_session.ts";

export type Shell = "bash" | "zsh" | "fish";

/** Commands that start the shell without the user's files, and those that it then reads. */
const SHELLS: Record<Shell, { start: string; setUp: string[] }> = {
  bash: {
    start: "bash --norc --noprofile -i",
    setUp: ["bind 'set enable-bracketed-paste off'", "source <(tkn completion bash)"],
  },
  zsh: {
    start: "zsh -f -i",
    setUp: [
      "unsetopt prompt_sp; autoload -U compinit; compinit -D -u",
      "source <(tkn completion zsh)",
    ],
  },
  fish: { start: "fish -i", setUp: ["tkn completion fish | source"] },
};

export interface ShellOptions {
  /** An empty directory: the user's home. */
  readonly home: string;
  readonly kubeconfig: string;
  /** Whether the function of shell-init is loaded too. */
  readonly isWithFunction?: boolean;
}

/**
 * Opens a shell. Its tkn-dev completes, and prints the words of any other call: `ran <p> <upload>`.
 * Its tkn is a stand-in that prints them too: `tkn <version>`.
 */
export async function openShell(
  shell: Shell,
  { home, kubeconfig, isWithFunction = false }: ShellOptions,
): Promise<ShellSession> {
  const bin = `${home}/bin`;
  await Deno.mkdir(bin);
  // Without this directory, fish would make completions of all man pages in the background.
  await Deno.mkdir(`${home}/.local/fish/generated_completions`, { recursive: true });
  const program = commandLine([]).map((word) => `'${word}'`).join(" ");
  await writeProgram(`${bin}/tkn-dev`, `${programScript("ran")}exec ${program} "$@"\n`);
  await writeProgram(`${bin}/tkn`, TKN);
  const session = new TerminalSession(`stty cols 120 rows 40; exec ${SHELLS[shell].start}`, {
    cwd: home,
    env: {
      ...environmentWithHome(home),
      ZDOTDIR: home,
      XDG_CONFIG_HOME: `${home}/.config`,
      XDG_DATA_HOME: `${home}/.local`,
      PATH: `${bin}:${Deno.env.get("PATH")}`,
      KUBECONFIG: kubeconfig,
      HISTFILE: "/dev/null",
      fish_history: "",
      INPUTRC: "/dev/null",
      TERM: "xterm",
      LC_ALL: "C.UTF-8",
    },
  });
  const loads = (verb: string) =>
    shell === "fish" ? `tkn-dev ${verb} fish | source` : `source <(tkn-dev ${verb} ${shell})`;
  const setUp = [
    ...SHELLS[shell].setUp,
    loads("completion"),
    ...(isWithFunction ? [loads("shell-init")] : []),
    "echo set''up",
  ];
  for (const line of setUp) await session.type(`${line}\n`);
  await session.until(/setup/);
  return new ShellSession(session);
}

/** A busy machine answers none of many lookups in the second that they have. */
const LONGEST_TRIES_MS = 60_000;

/** Ctrl-U. A Ctrl-C could end a lookup that is under way. */
const EMPTY_LINE = "\x15";

export class ShellSession implements AsyncDisposable {
  readonly #session: TerminalSession;

  constructor(session: TerminalSession) {
    this.#session = session;
  }

  /**
   * Types keys and Enter, and returns the words that the programs print. A lookup that takes too
   * long, on a busy machine, completes nothing; then this tries again.
   */
  async ran(keys: string, expected: string): Promise<string> {
    const over = Date.now() + LONGEST_TRIES_MS;
    for (;;) {
      await this.#session.type(`${keys}\n`);
      const [, printed] = await this.#session.until(/((?:ran|tkn) <[^\n]*>)\n/);
      if (printed === expected || Date.now() > over) return printed;
    }
  }

  /** Types keys that show this on the terminal; then empties the line. Tries again like `ran`. */
  async shows(keys: string, pattern: RegExp): Promise<void> {
    const over = Date.now() + LONGEST_TRIES_MS;
    for (;;) {
      await this.#session.type(`${keys}${EMPTY_LINE}echo do''ne\n`);
      const [shown] = await this.#session.until(/[^]*?done/);
      if (pattern.test(shown)) return;
      if (Date.now() > over) assert.match(shown, pattern);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }
}

async function writeProgram(path: string, script: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/bin/sh\n${script}`, { mode: 0o755 });
}

/** Prints all words, except those of calls that continue below. */
function programScript(name: string): string {
  return `case $1 in
__complete* | completion | shell-init) ;;
*)
  printf '${name}'
  printf ' <%s>' "$@"
  echo
  exit
  ;;
esac
`;
}

/** Like the real one: a plugin takes its place, and its completions know no plugin. */
const TKN = `
case $1 in
dev)
  shift
  exec tkn-dev "$@"
  ;;
completion) ;;
*)
  printf 'tkn'
  printf ' <%s>' "$@"
  echo
  exit
  ;;
esac
case $2 in
bash)
  cat <<'END'
__start_tkn() { COMPREPLY=($(compgen -W 'pipeline version' -- "$2")); }
complete -o default -F __start_tkn tkn
END
  ;;
zsh)
  echo '_tkn() { compadd pipeline version; }'
  echo 'compdef _tkn tkn'
  ;;
fish)
  echo 'complete -c tkn -e'
  echo "complete -c tkn -n 'test (count (commandline -opc)) -eq 1' -f -a 'pipeline version'"
  ;;
esac
`;
