/**
 * TCP_NODELAY for the connections that Deno (2.9.6) opens without it (denoland/deno#35581): a small message behind
 * another one would wait there until the other side has told of that, which takes it up to 40 ms. The end of a TLS
 * handshake is such a message.
 */

/** See tcp(7): the same numbers on Linux and macOS. */
const IPPROTO_TCP = 6, TCP_NODELAY = 1;
const ON = Int32Array.of(1);
const LIBRARIES: Partial<Record<typeof Deno.build.os, string>> = {
  linux: "libc.so.6",
  darwin: "libSystem.B.dylib",
};
const SYMBOLS = {
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** While a connection is opened it is looked for this often: no event tells of it before its handshake is over. */
const LOOK_MS = 2;

/** What is opened until this has settled sends all that it is given at once, from its handshake on. */
export async function sendingAtOnce<T>(opening: Promise<T>): Promise<T> {
  const timer = setInterval(sendAtOnce, LOOK_MS);
  try {
    return await opening;
  } finally {
    clearInterval(timer);
    sendAtOnce();
  }
}

/**
 * All connections that are there now. Deno does not tell which files they are: of what is no connection the system
 * refuses it, which changes nothing. Where this can't be done they are slower.
 */
function sendAtOnce(): void {
  const calls = open();
  if (calls === undefined) return;
  for (const fd of openFiles()) {
    calls.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, ON, ON.byteLength);
  }
}

/** Their numbers. */
function openFiles(): number[] {
  try {
    return [...Deno.readDirSync("/dev/fd")].map(({ name }) => Number(name));
  } catch {
    return []; // not mounted here
  }
}

type Calls = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
let opened: { readonly calls?: Calls } | undefined;

function open(): Calls | undefined {
  opened ??= { calls: tryOpen() };
  return opened.calls;
}

function tryOpen(): Calls | undefined {
  const library = LIBRARIES[Deno.build.os];
  if (library === undefined) return undefined;
  try {
    return Deno.dlopen(library, SYMBOLS).symbols;
  } catch {
    return undefined; // another C library, or no permission
  }
}
