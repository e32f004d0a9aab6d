/** One request over http or https, with limits. */
import { FileError, type RequestOptions, type WebAnswer } from "../host.ts";
import { networkState } from "../kube/status.ts";

const LIMIT_MS = 30_000;
const MOST_BYTES = 4 * 1024 * 1024;

/** Throws FileError for no answer in time, and for one that is too long. */
export async function request(
  url: string,
  { headers = {}, body, mostBytes = MOST_BYTES, skipsTls = false }: RequestOptions = {},
  interrupt: AbortSignal,
): Promise<WebAnswer> {
  const signal = AbortSignal.any([interrupt, AbortSignal.timeout(LIMIT_MS)]);
  const init = { method: body === undefined ? "GET" : "POST", headers, body, signal };
  try {
    const { systemClient } = await import("./network/authorities.ts");
    using client = systemClient();
    const response = skipsTls
      ? await (await import("./unchecked_fetch.ts")).uncheckedFetch(url, init)
      : await fetch(url, { ...init, client });
    const bytes = await bytesOf(url, response, mostBytes);
    const { status, statusText, headers: answered } = response;
    return { status, statusText, headers: answered, bytes };
  } catch (error) {
    interrupt.throwIfAborted();
    if (error instanceof FileError) throw error;
    const state = signal.aborted ? `no answer within ${LIMIT_MS / 1000} s` : networkState(error);
    throw new FileError(url, state, { cause: error });
  }
}

async function bytesOf(
  url: string,
  { body }: Response,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > most) throw new FileError(url, `it is longer than ${most / 1024 / 1024} MiB`);
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
  }
  return await new Blob(chunks).bytes() as Uint8Array<ArrayBuffer>;
}
