/**
 * A shell script as simple commands, each in words without their quotes; what is expanded at run time stays as it is
 * written: `$A`, `${A}`, `$(basename "$URL" .git)`. No parser of the whole language: redirections are words. Pure.
 */
export function shellCommands(text: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  const endWord = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = () => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  for (let at = 0; at < text.length; at++) {
    const one = text[at];
    const until = (end: number) => {
      const found = text.slice(at, end);
      at = end - 1;
      return found;
    };
    if (one === "\\") {
      at++;
      if (text[at] !== "\n") word = (word ?? "") + (text[at] ?? "");
    } else if (one === "$" && /[({]/.test(text[at + 1] ?? "")) {
      word = (word ?? "") + until(endOfExpansion(text, at + 1));
    } else if (one === "`") {
      word = (word ?? "") + until(after(text, "`", at + 1));
    } else if (one === '"') {
      quoted = !quoted;
      word ??= "";
    } else if (quoted) {
      word = (word ?? "") + one;
    } else if (one === "'") {
      word = (word ?? "") + until(after(text, "'", at + 1)).replace(/^'|'$/g, "");
    } else if (one === "#" && word === undefined) {
      const end = text.indexOf("\n", at);
      until(end < 0 ? text.length : end);
    } else if (/[\n;|()]/.test(one) || one === "&" && text[at - 1] !== ">") {
      endCommand();
    } else if (/\s/.test(one)) {
      endWord();
    } else {
      word = (word ?? "") + one;
    }
  }
  endCommand();
  return commands;
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at < 0 ? text.length : at + 1;
}

/** Behind the bracket that closes the one at `from`. */
function endOfExpansion(text: string, from: number): number {
  const open = text[from];
  const close = open === "(" ? ")" : "}";
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === open) depth++;
    else if (text[at] === close && --depth === 0) return at + 1;
  }
  return text.length;
}
