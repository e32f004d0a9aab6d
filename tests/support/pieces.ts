/** Splits a text into pieces of one whole line each. */
export async function* pieces(text: string): AsyncGenerator<string, void, undefined> {
  await Promise.resolve();
  yield* text.match(/[^\n]*\n/g) ?? [];
}
