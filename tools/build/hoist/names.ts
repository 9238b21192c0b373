const keywords =
  'and break do else elseif end false for function goto if in local nil not or repeat return then true until while';

/** Hands out names for the locals of one chunk so that none hides another. */
export class NamePool {
  private readonly taken = new Set(keywords.split(' '));

  reserve(names: Iterable<string>): void {
    for (const name of names) this.taken.add(name);
  }

  /** `wanted`, or a name derived from it that nothing in the chunk uses yet. */
  take(wanted: string): string {
    const base = wanted.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=[0-9])/, '_');
    let name = base;
    for (let n = 2; this.taken.has(name); n++) name = `${base}_${n}`;
    this.taken.add(name);
    return name;
  }
}
