/**
 * Options of the connections that Deno (2.9.6) opens and does not set itself (denoland/deno#35581).
 *
 * TCP_NODELAY: a small message behind another one would wait until the other side has acknowledged that,
 * which takes up to 40 ms. The end of a TLS handshake is such a message.
 *
 * Keep-alive: a connection on which nothing is said is probed, and breaks where its other side is gone.
 * TCP_USER_TIMEOUT is not set: it would also break an upload whose receiver takes nothing for a while.
 */

/** See tcp(7), socket(7); macOS: netinet/tcp.h, sys/socket.h. */
const IPPROTO_TCP = 6, TCP_NODELAY = 1;
const ON = 1;
/** Seconds of silence before the first probe, seconds between probes, and how many go unanswered. */
const IDLE_SECONDS = 30, INTERVAL_SECONDS = 10, PROBES = 3;
const KEEP_ALIVE: Partial<Record<typeof Deno.build.os, readonly [number, number, number][]>> = {
  linux: [
    [1, 9, ON], // SOL_SOCKET, SO_KEEPALIVE
    [IPPROTO_TCP, 4, IDLE_SECONDS],
    [IPPROTO_TCP, 5, INTERVAL_SECONDS],
    [IPPROTO_TCP, 6, PROBES],
  ],
  darwin: [
    [0xffff, 8, ON],
    [IPPROTO_TCP, 0x10, IDLE_SECONDS],
    [IPPROTO_TCP, 0x101, INTERVAL_SECONDS],
    [IPPROTO_TCP, 0x102, PROBES],
  ],
};
const LIBRARIES: Partial<Record<typeof Deno.build.os, string>> = {
  linux: "libc.so.6",
  darwin: "libSystem.B.dylib",
};
const SYMBOLS = {
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** While a connection is opened it is looked for this often: no event tells of it before its handshake is over. */
const LOOK_MS = 2;

/** Sets the options of what is opened until this has settled, from before its handshake on. */
export async function withSocketOptions<T>(opening: Promise<T>): Promise<T> {
  const timer = setInterval(setOptions, LOOK_MS);
  try {
    return await opening;
  } finally {
    clearInterval(timer);
    setOptions();
  }
}

/**
 * All connections that are there now. Deno does not tell which files they are: of what is no connection the system
 * refuses it, which changes nothing. Where this can't be done they are slower.
 */
function setOptions(): void {
  const calls = open();
  if (calls === undefined) return;
  const value = new Int32Array(1);
  const set = (fd: number, level: number, option: number, to: number) => {
    value[0] = to;
    return calls.setsockopt(fd, level, option, value, value.byteLength) === 0;
  };
  for (const fd of openFiles()) {
    if (!set(fd, IPPROTO_TCP, TCP_NODELAY, ON)) continue;
    for (const [level, option, to] of KEEP_ALIVE[Deno.build.os] ?? []) set(fd, level, option, to);
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
