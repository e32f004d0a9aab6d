/** Keeps a held step from giving up while a client means to upload into it later. */
import type { SendOptions } from "./options.ts";
import { Receiver } from "./receiver/receiver.ts";

type VisitOptions = Pick<
  SendOptions,
  "kube" | "clock" | "pause" | "directory" | "program" | "random" | "signal"
>;

/**
 * Opens a receiver that gets no archive: the gate counts it as a client. Ends by rejecting: with
 * the reason of the signal, or with TransferError if the receiver ends or its connection is lost.
 */
export async function visit(options: VisitOptions): Promise<never> {
  const upload = options.random(10);
  await using receiver = new Receiver({
    ...options,
    upload,
    attempt: 1,
    manifest: `.tkn-dev-${upload}-1`,
    results: {},
    release: false,
    pulses: false,
  });
  return await receiver.during(new Promise<never>(() => {}));
}
