/** Downloads a text: files that users name by URL. */
import { FileError } from "../host.ts";
import { networkState } from "../kube/status.ts";

const LIMIT_MS = 30_000;
const MOST_BYTES = 4 * 1024 * 1024;

/** Throws FileError for an answer other than 2xx, a longer text, and no answer in time. */
export async function download(url: string, interrupt: AbortSignal): Promise<string> {
  const signal = AbortSignal.any([interrupt, AbortSignal.timeout(LIMIT_MS)]);
  try {
    const response = await fetch(url, { signal });
    if (response.ok) return await textOf(url, response);
    await response.body?.cancel();
    throw new FileError(url, `${response.status} ${response.statusText}`.trim());
  } catch (error) {
    interrupt.throwIfAborted();
    if (error instanceof FileError) throw error;
    const state = signal.aborted ? `no answer within ${LIMIT_MS / 1000} s` : networkState(error);
    throw new FileError(url, state, { cause: error });
  }
}

async function textOf(url: string, { body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new FileError(url, "it is longer than 4 MiB");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
