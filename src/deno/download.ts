/** Downloads a text: files that users name by URL. */
import { textOf } from "../host.ts";
import { request } from "./request.ts";

/** Throws FileError for an answer other than 2xx, and as `request` does. */
export async function download(url: string, interrupt: AbortSignal): Promise<string> {
  return textOf(url, await request(url, {}, interrupt));
}
