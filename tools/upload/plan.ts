/** A file as it should be on the board. */
export interface LocalFile {
  name: string;
  bytes: Uint8Array;
  adler32: number;
}

export interface Plan {
  changed: LocalFile[];
  unchanged: string[];
  /** On the board, came from here once, not part of the application any more. */
  stale: string[];
}

/** What the board holds: sizes of all its files, digests of those whose size alone does not tell. */
export interface BoardFiles {
  sizes: ReadonlyMap<string, number>;
  owned: readonly string[];
  digest(name: string): Promise<number | undefined>;
}

/** Compares by size, then by a digest that the board computes from its flash. */
export async function makePlan(files: readonly LocalFile[], board: BoardFiles): Promise<Plan> {
  const changed: LocalFile[] = [];
  const unchanged: string[] = [];
  for (const file of files) {
    const isSameSize = board.sizes.get(file.name) === file.bytes.length;
    if (isSameSize && (await board.digest(file.name)) === file.adler32) unchanged.push(file.name);
    else changed.push(file);
  }
  const wanted = new Set(files.map(({ name }) => name));
  const stale = board.owned.filter((name) => board.sizes.has(name) && !wanted.has(name));
  return { changed, unchanged, stale };
}
