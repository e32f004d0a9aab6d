/**
 * A stdin that is no terminal, for a command in a container. It is read from the start, so that one
 * without a byte, such as /dev/null, is known by the time that the command starts. The command then
 * gets no stdin: by websockets, an API server loses the output and the exit code of one command in
 * 500 whose stdin ends at once (https://github.com/kubernetes/kubernetes/pull/137404).
 */
export class PipedInput {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #first: Promise<ReadableStreamReadResult<Uint8Array>>;
  #isEmpty = false;

  constructor(stdin: ReadableStream<Uint8Array>) {
    this.#reader = stdin.getReader();
    this.#first = this.#reader.read();
    this.#first.then(({ done }) => void (this.#isEmpty = done), () => {}); // the stream rejects, too
  }

  /** Returns all bytes, once. Undefined if stdin has ended by now without one. */
  rest(): ReadableStream<Uint8Array> | undefined {
    if (this.#isEmpty) return undefined;
    let next: Promise<ReadableStreamReadResult<Uint8Array>> | undefined = this.#first;
    return new ReadableStream({
      pull: async (controller) => {
        const { done, value } = await (next ?? this.#reader.read());
        next = undefined;
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => this.#reader.cancel(reason),
    }, { highWaterMark: 0 });
  }
}
