/** Names of one upload, or of a series of uploads by one client into one step. */
export class UploadName {
  /** Ten letters and digits that distinguish the upload from others. */
  readonly id: string;
  #attempt = 0;
  #manifests = 0;

  constructor(random: (length: number) => string) {
    this.id = random(10);
  }

  /** Counts the connections, from 1; 0 before the first. */
  get attempt(): number {
    return this.#attempt;
  }

  /** Begins the next connection, which ends the receivers of earlier ones. */
  next(): void {
    this.#attempt++;
  }

  /** Returns a name for the next archive's manifest, which no other receiver uses. */
  nextManifest(): string {
    return `.tkn-dev-${this.id}-${++this.#manifests}`;
  }
}
