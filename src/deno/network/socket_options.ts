/**
 * Socket options that Deno (2.9.6) does not set on the connections that it opens
 * (https://github.com/denoland/deno/issues/35581).
 *
 * TCP_NODELAY: without it a small message waits until the server acknowledges the message before,
 * which takes up to 40 ms. The end of a TLS handshake is such a message.
 *
 * Keep-alive: the system probes a silent connection, and breaks it if the other side is gone.
 * TCP_USER_TIMEOUT is not set: it would also break an upload to a receiver that pauses.
 *
 * To be removed once network_workarounds_test.ts shows that Deno sets both.
 */

/** See tcp(7), socket(7); macOS: netinet/tcp.h, sys/socket.h. */
const IPPROTO_TCP = 6, TCP_NODELAY = 1;
const ON = 1;
/**
 * Seconds of silence before the first probe, seconds between probes, and the unanswered probes that
 * break a connection.
 */
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

/**
 * How often to look for a connection that is being opened: no event announces it before its
 * handshake.
 */
const LOOK_MS = 2;

/**
 * Sets the options of connections that open until the promise settles, from before their handshake
 * on.
 */
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
 * Sets the options of all open connections. Deno does not tell their descriptors, so this tries
 * all: the system refuses those that are not connections. Without the C library connections are
 * slower.
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

/** Returns the descriptors of all open files. */
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
