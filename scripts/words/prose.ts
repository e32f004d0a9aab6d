/**
 * Finds the prose in a file: comments and texts of code, and documents except code blocks. Pure.
 */

export interface Prose {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** Set for the first line of a comment. */
  readonly opens?: true;
}

/** Returns one item per line of prose. `path` determines how the file is read. */
export function proseOf(path: string, content: string): Prose[] {
  if (path.endsWith(".md")) return ofMarkdown(content);
  if (path.endsWith(".ts")) return ofTypeScript(content);
  return ofHashComments(content);
}

function ofMarkdown(content: string): Prose[] {
  let isCode = false;
  return content.split("\n").flatMap((line, at) => {
    if (/^\s*(```|~~~)/.test(line)) {
      isCode = !isCode;
      return [];
    }
    const text = line.replace(/`[^`]*`/g, "``").replace(/\]\([^)]*\)/g, "]");
    return isCode ? [] : [{ line: at + 1, text }];
  });
}

/** Finds comments in shell, YAML and similar files. */
function ofHashComments(content: string): Prose[] {
  let wasComment = false;
  return content.split("\n").flatMap((line, at) => {
    const [, text] = /^\s*#(?!!)\s?(.*)/.exec(line) ?? [];
    const isOpening = !wasComment;
    wasComment = text !== undefined;
    if (text === undefined || text.startsWith("  ") || text.startsWith("shellcheck ")) return [];
    return [{ line: at + 1, text: text.trim(), ...(isOpening ? { opens: true as const } : {}) }];
  });
}

/** Matches a comment, a quoted text or a template, whichever begins first. */
const TOKEN =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`/g;

function ofTypeScript(content: string): Prose[] {
  const found: Prose[] = [];
  let line = 1, from = 0, wasLineComment = 0;
  for (const { 0: token, index } of content.matchAll(TOKEN)) {
    for (; from < index; from++) if (content[from] === "\n") line++;
    const lines = token.split("\n");
    if (token.startsWith("/*")) {
      let opens = true;
      lines.forEach((each, at) => {
        const text = each.replace(/^\s*(\/\*+|\*+\/|\*)?\s?/, "").replace(/\s*\*\/$/, "");
        if (text === "" || text.startsWith("   ")) return; // an example
        found.push({
          line: line + at,
          text: text.trim(),
          ...(opens ? { opens: true as const } : {}),
        });
        opens = false;
      });
    } else if (token.startsWith("//")) {
      const opens = wasLineComment !== line - 1;
      wasLineComment = line;
      found.push({ line, text: token.slice(2).trim(), ...(opens ? { opens: true as const } : {}) });
    } else if (/\s/.test(token)) {
      lines.forEach((text, at) =>
        found.push({ line: line + at, text: text.replace(/\$\{[^}]*\}/g, "X") })
      );
    }
  }
  return found;
}
