/** Splits byte streams into lines of text, in linear time and bounded memory. */
import { PathDecoder } from "../path_bytes.ts";
import { AnswerError, LARGEST } from "./answers.ts";

/** A longer line of a log comes in pieces of about this many characters. */
export const PIECE_CHARS = 1 << 20;

/** A line, or a piece of a long line. */
export interface LinePiece {
  readonly text: string;
  /** Whether the line begins with this piece, and whether it ends with it. */
  readonly isStart: boolean;
  readonly isEnd: boolean;
  /** The time of the line as the node wrote it, RFC 3339, if it was asked for; at its start. */
  readonly time?: string;
}

export interface LinesOptions {
  /** Ends the reading as the end of the stream does. */
  readonly signal?: AbortSignal;
}

/**
 * Yields each line without its newline, and a long line in pieces, by the chunks of the stream in
 * which they end. The last line may lack a newline. A log may contain any bytes: path_bytes.ts
 * encodes those that are not UTF-8, without loss.
 */
export async function* linePieces(
  stream: ReadableStream<Uint8Array>,
  options: LinesOptions = {},
): AsyncGenerator<LinePiece[]> {
  let isStart = true;
  for await (const chunk of pieces(stream, PIECE_CHARS, options)) {
    const found: LinePiece[] = [];
    for (const { text, isEnd } of chunk) {
      if (!isEnd && text === "") continue;
      found.push({ text, isStart, isEnd });
      isStart = isEnd;
    }
    if (found.length > 0) yield found;
  }
}

/**
 * Yields each line as a whole, for the output of programs. Throws AnswerError for a line of more
 * than 8 Mi characters. With `onlyEnded` it leaves out a last line without a newline: the
 * connection was cut.
 */
export async function* lines(
  stream: ReadableStream<Uint8Array>,
  { onlyEnded = false, ...options }: LinesOptions & { onlyEnded?: boolean } = {},
): AsyncGenerator<string> {
  for await (const chunk of pieces(stream, LARGEST.line, options)) {
    for (const { text, isEnd, isCut } of chunk) {
      if (!isEnd) throw new AnswerError("a line of more than 8 MiB");
      if (!(isCut && onlyEnded)) yield text;
    }
  }
}

interface Piece {
  readonly text: string;
  readonly isEnd: boolean;
  readonly isCut?: boolean;
}

/**
 * Yields the lines of each chunk; a line longer than `limit` in pieces of that length or a little
 * more.
 */
async function* pieces(
  stream: ReadableStream<Uint8Array>,
  limit: number,
  { signal }: LinesOptions,
): AsyncGenerator<Piece[]> {
  const reader = stream.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  const decoder = new PathDecoder();
  /** The pieces of the current line so far. */
  let parts: string[] = [];
  let chars = 0;
  let hasBegun = false;
  const take = () => {
    const text = parts.length === 1 ? parts[0] : parts.join("");
    parts = [];
    chars = 0;
    return text;
  };
  try {
    while (true) {
      const { done, value } = await reader.read();
      const text = done ? decoder.end() : decoder.decode(value);
      const found: Piece[] = [];
      let start = 0;
      for (let end; (end = text.indexOf("\n", start)) >= 0; start = end + 1) {
        parts.push(text.slice(start, end));
        found.push({ text: take(), isEnd: true });
        hasBegun = false;
      }
      if (start < text.length) {
        parts.push(start === 0 ? text : text.slice(start));
        chars += text.length - start;
        hasBegun = true;
      }
      if (chars >= limit && !done) found.push({ text: take(), isEnd: false });
      if (hasBegun && done) found.push({ text: take(), isEnd: true, isCut: true });
      if (found.length > 0) yield found;
      if (done) return;
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
}
