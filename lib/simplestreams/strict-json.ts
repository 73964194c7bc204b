/**
 * Parses other people's JSON. Refuses duplicate names, because some readers use the first and others the last, and deep
 * nesting, which no stream needs and which would exhaust the stack of later readers.
 * @throws SyntaxError
 */
export function parseStrictJson(text: string): unknown {
  checkNames(text);
  return JSON.parse(text);
}

/** Tracks only strings, objects and lists. JSON.parse, which runs next, checks the syntax. */
function checkNames(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names !== undefined && isName(text, end)) addName(names, text.slice(at, end));
      at = end - 1;
    } else if (unit === openBrace || unit === openBracket) {
      open.push(unit === openBrace ? new Set() : undefined);
      if (open.length > deepest) throw new SyntaxError(`it is nested more than ${deepest} levels deep`);
    } else if (unit === closeBrace || unit === closeBracket) open.pop();
  }
}

function addName(names: Set<string>, literal: string): void {
  const name = literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);
  if (names.has(name)) throw new SyntaxError(`an object has two members named ${literal.slice(0, 80)}`);
  names.add(name);
}

/** The position after its closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === backslash) at += 1;
    else if (unit === quote) return at + 1;
  }
  return text.length;
}

function isName(text: string, end: number): boolean {
  let at = end;
  while (blanks.has(text.charCodeAt(at))) at++;
  return text.charCodeAt(at) === colon;
}

const deepest = 100;
const [quote, backslash, colon, openBrace, closeBrace, openBracket, closeBracket] = [...'"\\:{}[]'].map((character) =>
  character.charCodeAt(0),
);
const blanks = new Set([0x20, 0x09, 0x0a, 0x0d]);
