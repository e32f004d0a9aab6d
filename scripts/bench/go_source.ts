/**
 * Generated source text, if no real tree is available. It compresses to a quarter, like Go. Pure.
 */
import { Random } from "../../tests/support/random.ts";

const WORDS =
  "pod node volume claim client server status condition request handler watch cache informer queue worker plugin config option scheduler binding container runtime image probe label selector owner reference finalizer namespace quota limit resource metric event reason message version group kind scheme codec serializer storage etcd lease token secret certificate endpoint service proxy rule chain table route network interface address port protocol"
    .split(" ");
const CALLS = ["Get", "List", "Update", "Delete", "Sync", "Validate", "Convert", "Apply", "Watch"];

/** At least that many bytes, and not many more. */
export function goSource(random: Random, bytes: number): string {
  const lines = [`package ${random.pick(WORDS)}`, "", 'import (\n\t"context"\n\t"fmt"\n)', ""];
  let length = 0;
  while (length < bytes) {
    const text = goFunction(random);
    lines.push(text);
    length += text.length + 1;
  }
  return lines.join("\n");
}

function goFunction(random: Random): string {
  const type = capital(random.pick(WORDS)) + capital(random.pick(WORDS));
  const name = random.pick(CALLS) + capital(random.pick(WORDS)) + capital(random.pick(WORDS));
  const [a, b, c] = [random.pick(WORDS), random.pick(WORDS), random.pick(WORDS)];
  const key = random.below(1e9).toString(36);
  return [
    `// ${name} tells what the ${a} makes of the ${b} and its ${c}, by "${key}".`,
    `func (${type[0].toLowerCase()} *${type}) ${name}(ctx context.Context, ${a} string) error {`,
    `\t${b}, err := ${type[0].toLowerCase()}.${c}.${random.pick(CALLS)}(ctx, ${a}, ${
      random.below(1e4)
    })`,
    "\tif err != nil {",
    `\t\treturn fmt.Errorf("cannot ${random.pick(WORDS)} %q: %w", ${a}, err)`,
    "\t}",
    `\treturn ${b}.${random.pick(CALLS)}${capital(c)}(ctx)`,
    "}",
    "",
  ].join("\n");
}

function capital(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}
