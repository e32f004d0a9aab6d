/** Finds functions of a shell script that are called before the script defines them. */

interface ShellFunction {
  /** The line of its definition, from 1. */
  readonly line: number;
  readonly body: string;
}

/**
 * Returns a message per top-level line that calls, directly or through other functions, a function
 * that is defined further down. Expects the layout of shfmt: a function begins with `name() {` or
 * `name() (` and ends with `}` or `)`, all in the first column.
 */
export function calledTooEarly(script: string): string[] {
  const { functions, topLevel } = readScript(script);
  const names = [...functions.keys()];
  const calls = (text: string) => names.filter((name) => callOf(name).test(text));
  const reached = (text: string) => {
    const found = new Set<string>();
    const visit = (name: string) => {
      if (found.has(name)) return;
      found.add(name);
      calls(functions.get(name)!.body).forEach(visit);
    };
    calls(text).forEach(visit);
    return [...found];
  };
  return topLevel.flatMap(({ line, text }) =>
    reached(text)
      .filter((name) => functions.get(name)!.line > line)
      .map((name) => `line ${line} calls ${name}, defined on line ${functions.get(name)!.line}`)
  );
}

function readScript(script: string) {
  const functions = new Map<string, ShellFunction>();
  const topLevel: { line: number; text: string }[] = [];
  let open: { name: string; line: number; body: string[] } | undefined;
  for (const [index, raw] of script.split("\n").entries()) {
    const text = raw.replace(/(^|\s)#.*/, "");
    const [, name, body] = /^([a-z_][a-z0-9_]*)\(\) [({](.*)/.exec(text) ?? [];
    if (name !== undefined) open = { name, line: index + 1, body: [body] };
    else if (open) open.body.push(text);
    else if (text.trim()) topLevel.push({ line: index + 1, text });
    if (open && (/^[})]/.test(text) || (name !== undefined && /[})]$/.test(body)))) {
      functions.set(open.name, { line: open.line, body: open.body.join("\n") });
      open = undefined;
    }
  }
  return { functions, topLevel };
}

/** Matches the name where a command may be, or as the action of `trap`. */
function callOf(name: string): RegExp {
  return new RegExp(
    `(^|[;&|({!)]|\\b(then|do|else|if|elif|while|until|trap))\\s*${name}(?![\\w=(])`,
    "m",
  );
}
