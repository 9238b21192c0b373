import { DEPTH } from './sjson-depth.ts';

export type JsonError =
  | 'SPECIAL_EXPECTED'
  | 'SPECIAL_INCOMPLETE'
  | 'STRAY_TOKEN'
  | 'MISSING_TOKEN'
  | 'CANT_INSERT'
  | 'ESCAPE_OUTSIDE_STRING'
  | 'STRING_OUTSIDE_CONTAINER'
  | 'FOUND_NULL_BYTE'
  | 'LEVELS_EXCEEDED'
  | 'BRACKET_MISMATCH'
  | 'HKEY_EXPECTED'
  | 'WEIRD_WHITESPACE'
  | 'ESCAPE_INVALID'
  | 'TRAILING_COMMA'
  | 'INVALID_NUMBER'
  | 'VALUE_EXPECTED';

export type ElementType = 'root' | 'object' | 'list' | 'string' | 'key' | 'special';

/** One level of the element that is being read. */
export interface Element {
  type: ElementType;
  level: number;
  /** Elements inside so far; in an object, keys and values. */
  count: number;
  /** Text of a string, key or special so far, escapes as they came. */
  text: string;
}

export interface JsonHandler {
  push(element: Element): void;
  pop(element: Element): void;
  error(error: JsonError): void;
}

const SPECIAL_START = /[-0-9tfn]/;
const SPECIAL_END = /[\t\n\r ",:[\\\]{}]/;
const ESCAPABLE = /["/\\bfnrtu]/;
const WHITESPACE = /[ \t\n\r]/;
const WORDS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };

/**
 * An incremental JSON reader that accepts and refuses what the firmware's does, with the same errors in the same places
 * (behaviour of jsonsl, app/sjson/jsonsl.c).
 */
export class JsonLexer {
  readonly #handler: JsonHandler;
  readonly #stack: Element[] = [{ type: 'root', level: 0, count: 0, text: '' }];
  #lastToken = '';
  #expecting = '';
  #canInsert = true;
  #isEscaped = false;
  #failed = false;

  constructor(handler: JsonHandler) {
    this.#handler = handler;
  }

  /** Reads on; stops at an error. */
  feed(text: string): void {
    for (const character of text) {
      if (this.#failed) return;
      this.#read(character);
    }
  }

  get #top(): Element {
    return this.#stack.at(-1) as Element;
  }

  #fail(error: JsonError): void {
    this.#failed = true;
    this.#handler.error(error);
  }

  #push(type: ElementType): Element | undefined {
    if (this.#stack.length - 1 >= DEPTH - 1) {
      this.#fail('LEVELS_EXCEEDED');
      return undefined;
    }
    const element: Element = { type, level: this.#stack.length, count: 0, text: '' };
    this.#stack.push(element);
    this.#handler.push(element);
    return element;
  }

  #pop(): void {
    this.#handler.pop(this.#top);
    this.#stack.pop();
  }

  #read(character: string): void {
    const { type } = this.#top;
    if (type === 'string' || type === 'key') this.#inString(character);
    else if (type === 'special') this.#inSpecial(character);
    else if (WHITESPACE.test(character)) return;
    else if (SPECIAL_START.test(character)) this.#beginSpecial(character);
    else if (character === '"') this.#beginString();
    else if (character === '\\') this.#fail('ESCAPE_OUTSIDE_STRING');
    else this.#structure(character);
  }

  #inString(character: string): void {
    const element = this.#top;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      element.text += character;
      if (!ESCAPABLE.test(character)) this.#fail('ESCAPE_INVALID');
    } else if (character === '"') {
      this.#canInsert = false;
      this.#pop();
    } else if (character < '\x14') {
      this.#fail('WEIRD_WHITESPACE');
    } else {
      element.text += character;
      this.#isEscaped = character === '\\';
    }
  }

  #beginString(): void {
    const parent = this.#top;
    this.#canInsert = false;
    if (parent.type === 'root') {
      this.#fail('STRING_OUTSIDE_CONTAINER');
      return;
    }
    parent.count++;
    if (parent.type === 'list') {
      this.#expecting = ',';
      this.#lastToken = '';
      this.#push('string');
    } else if (parent.count % 2 === 0) {
      if (this.#lastToken !== ':') {
        this.#fail('MISSING_TOKEN');
        return;
      }
      this.#expecting = ',';
      this.#lastToken = '';
      this.#push('string');
    } else {
      if (this.#expecting !== '"') {
        this.#fail('STRAY_TOKEN');
        return;
      }
      this.#expecting = ':';
      this.#lastToken = '';
      this.#push('key');
    }
  }

  #isWaitingForKey(): boolean {
    return this.#top.type === 'object' && this.#top.count % 2 === 0;
  }

  #beginSpecial(character: string): void {
    if (this.#isWaitingForKey()) {
      this.#fail('HKEY_EXPECTED');
      return;
    }
    this.#top.count++;
    if (!this.#canInsert) {
      this.#fail('CANT_INSERT');
      return;
    }
    const element = this.#push('special');
    if (element) element.text = character;
  }

  #inSpecial(character: string): void {
    const element = this.#top;
    const word = WORDS[element.text.charAt(0)];
    if (!SPECIAL_END.test(character)) {
      if (word !== undefined && character !== word.charAt(element.text.length)) {
        this.#fail('SPECIAL_EXPECTED');
        return;
      }
      if (word === undefined && !continuesNumber(element.text, character)) {
        this.#fail('INVALID_NUMBER');
        return;
      }
      element.text += character;
      return;
    }
    this.#canInsert = false;
    if (word !== undefined && element.text !== word) {
      this.#fail('SPECIAL_INCOMPLETE');
      return;
    }
    if (word === undefined && !/[0-9]$/.test(element.text)) {
      this.#fail('INVALID_NUMBER');
      return;
    }
    this.#pop();
    this.#lastToken = '';
    this.#expecting = ',';
    if (!WHITESPACE.test(character)) this.#structure(character);
  }

  #structure(character: string): void {
    switch (character) {
      case ':':
        if (this.#expecting !== ':') {
          this.#fail('STRAY_TOKEN');
          return;
        }
        this.#lastToken = ':';
        this.#canInsert = true;
        this.#expecting = '"';
        return;
      case ',':
        if (this.#expecting !== ',') {
          this.#fail('STRAY_TOKEN');
          return;
        }
        if (this.#top.type !== 'object') this.#canInsert = true;
        this.#lastToken = ',';
        this.#expecting = '"';
        return;
      case '{':
      case '[': {
        this.#open(character);
        return;
      }
      case '}':
      case ']': {
        this.#close(character);
        return;
      }
      default:
        this.#fail(character === '\0' ? 'FOUND_NULL_BYTE' : character < ' ' ? 'WEIRD_WHITESPACE' : 'SPECIAL_EXPECTED');
    }
  }

  #open(bracket: '{' | '['): void {
    if (!this.#canInsert) {
      this.#fail('CANT_INSERT');
      return;
    }
    if (this.#isWaitingForKey()) {
      this.#fail('HKEY_EXPECTED');
      return;
    }
    this.#top.count++;
    this.#canInsert = true;
    if (bracket === '{') this.#expecting = '"';
    this.#push(bracket === '{' ? 'object' : 'list');
    this.#lastToken = '';
  }

  #close(bracket: '}' | ']'): void {
    if (this.#lastToken === ',') {
      this.#fail('TRAILING_COMMA');
      return;
    }
    this.#canInsert = false;
    this.#expecting = ',';
    this.#lastToken = '';
    const element = this.#top;
    if (element.type !== (bracket === '}' ? 'object' : 'list')) {
      this.#fail('BRACKET_MISMATCH');
      return;
    }
    if (bracket === '}' && element.count % 2 !== 0) {
      this.#fail('VALUE_EXPECTED');
      return;
    }
    this.#pop();
  }
}

/** Whether a character may follow in a number; leading zeros and a bare minus are checked as jsonsl does. */
function continuesNumber(text: string, character: string): boolean {
  if (text === '-') return /[0-9]/.test(character);
  if (text === '0' && /[0-9]/.test(character)) return false;
  switch (character) {
    case '.':
      return !text.includes('.');
    case 'e':
    case 'E':
      return !/[eE]/.test(text);
    case '-':
    case '+':
      return /[eE]$/.test(text);
    default:
      return /[0-9]/.test(character);
  }
}
