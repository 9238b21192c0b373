/** Lua 5.1 patterns for JavaScript, by section 5.4.1 of its manual; strings are one character per byte. */

interface Match {
  /** From 0; `end` is the place after the last character. */
  start: number;
  end: number;
  captures: string[];
}

const CLASSES: Record<string, RegExp> = {
  ...{ a: /[A-Za-z]/, c: /[^ -~\x80-\xff]/, d: /\d/, l: /[a-z]/, p: /[!-/:-@[-`{-~]/, s: /[\t-\r ]/, u: /[A-Z]/ },
  ...{ w: /[A-Za-z0-9]/, x: /[0-9A-Fa-f]/, z: /\0/ },
};

interface Capture {
  start: number;
  /** Undefined while it is open. */
  end?: number;
}

class Matcher {
  readonly #text: string;
  readonly #pattern: string;
  #captures: readonly Capture[] = [];

  constructor(text: string, pattern: string) {
    this.#text = text;
    this.#pattern = pattern;
  }

  matchAt(start: number, from: number): Match | undefined {
    this.#captures = [];
    const end = this.#match(start, from);
    if (end === undefined) return undefined;
    return { start, end, captures: this.#captures.map((one) => this.#text.slice(one.start, one.end)) };
  }

  #match(at: number, place: number): number | undefined {
    const pattern = this.#pattern;
    if (place === pattern.length) return at;
    const letter = pattern[place];
    if (letter === '(') return this.#with([...this.#captures, { start: at }], at, place + 1);
    if (letter === ')') {
      const open = this.#captures.findLastIndex(({ end }) => end === undefined);
      const closed = this.#captures.map((one, index) => (index === open ? { ...one, end: at } : one));
      return this.#with(closed, at, place + 1);
    }
    if (letter === '$' && place + 1 === pattern.length) return at === this.#text.length ? at : undefined;
    const next = this.#itemEnd(place);
    const suffix = pattern[next];
    const isOne = (where: number): boolean =>
      where < this.#text.length && this.#isIn(this.#text[where] ?? '', place, next);
    if (suffix === '?') return (isOne(at) ? this.#match(at + 1, next + 1) : undefined) ?? this.#match(at, next + 1);
    if (suffix === '-') {
      for (let end = at; ; end++) {
        const rest = this.#match(end, next + 1);
        if (rest !== undefined || !isOne(end)) return rest;
      }
    }
    if (suffix !== '*' && suffix !== '+') return isOne(at) ? this.#match(at + 1, next) : undefined;
    let end = at;
    while (isOne(end)) end++;
    for (; end >= at + (suffix === '+' ? 1 : 0); end--) {
      const rest = this.#match(end, next + 1);
      if (rest !== undefined) return rest;
    }
    return undefined;
  }

  /** Matches on with other captures, which are forgotten when that fails. */
  #with(captures: readonly Capture[], at: number, place: number): number | undefined {
    const before = this.#captures;
    this.#captures = captures;
    const end = this.#match(at, place);
    if (end === undefined) this.#captures = before;
    return end;
  }

  /** The place after a single character, class or set. */
  #itemEnd(place: number): number {
    const pattern = this.#pattern;
    if (pattern[place] === '%') return place + 2;
    if (pattern[place] !== '[') return place + 1;
    let end = place + (pattern[place + 1] === '^' ? 2 : 1);
    do end += pattern[end] === '%' ? 2 : 1;
    while (pattern[end] !== ']');
    return end + 1;
  }

  #isIn(letter: string, place: number, end: number): boolean {
    const pattern = this.#pattern;
    if (pattern[place] === '.') return true;
    if (pattern[place] === '%') return isClass(letter, pattern[place + 1] ?? '');
    if (pattern[place] !== '[') return letter === pattern[place];
    const isNegated = pattern[place + 1] === '^';
    for (let item = place + (isNegated ? 2 : 1); item < end - 1; item++) {
      const first = pattern[item] ?? '';
      if (first === '%') {
        item++;
        if (isClass(letter, pattern[item] ?? '')) return !isNegated;
      } else if (pattern[item + 1] === '-' && item + 2 < end - 1) {
        if (first <= letter && letter <= (pattern[item + 2] ?? '')) return !isNegated;
        item += 2;
      } else if (letter === first) return !isNegated;
    }
    return isNegated;
  }
}

function isClass(letter: string, name: string): boolean {
  const known = CLASSES[name.toLowerCase()];
  if (!known) return letter === name;
  return known.test(letter) === (name === name.toLowerCase());
}

/** The first match at or after `from`, which counts from 0. */
export function findPattern(text: string, pattern: string, from: number): Match | undefined {
  const isAnchored = pattern.startsWith('^');
  const matcher = new Matcher(text, pattern);
  for (let start = from; start <= text.length; start++) {
    const match = matcher.matchAt(start, isAnchored ? 1 : 0);
    if (match || isAnchored) return match;
  }
  return undefined;
}
