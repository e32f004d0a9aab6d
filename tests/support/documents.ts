/** The project's documents as data: blocks of code, commands in them, links and names of files. */

const ROOT = new URL("../../", import.meta.url).pathname;

export interface Document {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

export interface Block {
  /** The number of its first line, from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** Comments directly above: `not run: REASON`, `file: NAME`, `exit code: NUMBER`. */
  readonly notes: ReadonlyMap<string, string>;
}

export interface Command {
  /** As it is typed, without the prompt and with its line breaks taken out. */
  readonly text: string;
  /** The lines below it, up to the next prompt. */
  readonly output: readonly string[];
}

export async function readDocuments(): Promise<Document[]> {
  const paths = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];
  for await (const path of markdownFiles("docs")) paths.push(path);
  return await Promise.all(
    paths.sort().map(async (path) => {
      return { path, text: await Deno.readTextFile(`${ROOT}${path}`) };
    }),
  );
}

async function* markdownFiles(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}${directory}`)) {
    if (isDirectory) yield* markdownFiles(`${directory}/${name}`);
    else if (name.endsWith(".md")) yield `${directory}/${name}`;
  }
}

const NOTE = /^\s*<!-- (not run|file|exit code): (.*?) -->$/;

export function blocksOf({ text }: Document): Block[] {
  const blocks: Block[] = [];
  let notes = new Map<string, string>();
  let open: { line: number; language: string; indent: string; lines: string[] } | undefined;
  text.split("\n").forEach((line, at) => {
    const [, indent, language] = /^(\s*)```(\w*)$/.exec(line) ?? [];
    const [, key, value] = NOTE.exec(line) ?? [];
    if (open !== undefined && indent !== undefined) {
      blocks.push({ ...open, text: open.lines.map((one) => `${one}\n`).join(""), notes });
      open = undefined;
      notes = new Map();
    } else if (open !== undefined) open.lines.push(line.slice(open.indent.length));
    else if (indent !== undefined) open = { line: at + 2, language, indent, lines: [] };
    else if (key !== undefined) notes.set(key, value);
    else if (line.trim() !== "") notes = new Map();
  });
  return blocks;
}

/** The commands of a block of a console: lines after "$ ". */
export function commandsOf({ text }: Block): Command[] {
  const commands: { text: string; output: string[] }[] = [];
  for (const line of text.replaceAll(/\\\n */g, "").trimEnd().split("\n")) {
    if (line.startsWith("$ ")) commands.push({ text: line.slice(2), output: [] });
    else if (!line.startsWith("# ")) commands.at(-1)?.output.push(line);
  }
  return commands;
}

/** Text in backquotes outside of blocks; a line break in it is a space. */
export function inlineCode(document: Document): string[] {
  const prose = withoutBlocks(document.text);
  return [...prose.matchAll(/`([^`]+)`/g)].map(([, code]) => code.replaceAll(/\s+/g, " "));
}

/** The targets of links and pictures, without those to other sites. */
export function linksOf(document: Document): string[] {
  const prose = withoutBlocks(document.text);
  const inMarkdown = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
  const inHtml = [...prose.matchAll(/(?:src|href|srcset)="([^"]+)"/g)].map(([, target]) => target);
  return [...inMarkdown, ...inHtml].filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of a document's headings, as GitHub names them. */
export function anchorsOf({ text }: Document): Set<string> {
  const titles = [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, title]) => title);
  return new Set(
    titles.map((title) =>
      title.toLowerCase().replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(" ", "-")
    ),
  );
}

function withoutBlocks(text: string): string {
  return text.replaceAll(/^(\s*)```[^]*?^\1```$/gm, "");
}

/** The words of a command line of a shell, up to the end of its first command. */
export function shellWords(command: string): string[] {
  const words: string[] = [];
  for (
    const [token, word] of command.matchAll(
      /\s+|[|;<>&]|((?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|\$\([^)]*\)|[^\s|;<>&'"\\])+)/g,
    )
  ) {
    if (/^[|;<>&]/.test(token)) break;
    if (word !== undefined) words.push(unquoted(word));
  }
  return words;
}

function unquoted(word: string): string {
  return word.replaceAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g, (_, single, double, one) => {
    return single ?? double ?? one;
  });
}
