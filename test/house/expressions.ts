import ts from 'typescript';

/** A regular expression as it stands in a source file. */
export interface Expression {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

/** A piece of an expression: what it may be repeated to, and one text for each way that it may be taken. */
export interface Part {
  /** Whether it may be repeated without a bound. */
  readonly unbounded: boolean;
  /** Whether it may be left out. */
  readonly optional: boolean;
  /** One character: which are taken. */
  readonly takes?: (character: string) => boolean;
  /** A group: its alternatives, each a row of parts. */
  readonly rows?: readonly (readonly Part[])[];
  /** Looks around and takes nothing. */
  readonly looks?: boolean;
}

/** The regular expressions that are written in a source file. */
export function expressionsIn(file: string, text: string): Expression[] {
  const found: Expression[] = [];
  const walk = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      found.push({ file, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    ts.forEachChild(node, walk);
  };
  walk(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

/** Takes an expression apart, as far as is needed to see what may be repeated; `test` makes sure that it is understood. */
export function rowsOf(source: string, flags: string): Part[][] {
  let at = 0;
  const peek = () => source[at] ?? '';
  const alternatives = (): Part[][] => {
    const rows: Part[][] = [[]];
    while (at < source.length && peek() !== ')') {
      if (peek() === '|') {
        at++;
        rows.push([]);
      } else rows.at(-1)?.push(quantified(atom()));
    }
    return rows;
  };
  const one = { unbounded: false, optional: false };
  const atom = (): Part => {
    const start = at;
    if (peek() === '(') return group();
    if (peek() === '[') while (peek() !== ']') at += peek() === '\\' ? 2 : 1;
    else if (peek() === '\\')
      at += /^\\(?:[pu]\{[^}]+\}|u[0-9a-f]{4}|x[0-9a-f]{2})/i.exec(source.slice(at))?.[0].length ?? 2;
    else if (peek() === '^' || peek() === '$') {
      at++;
      return { ...one, looks: true };
    }
    if (source[start] !== '\\') at++;
    const text = source.slice(start, at);
    if (text === '\\b' || text === '\\B') return { ...one, looks: true };
    const pattern = new RegExp(`^(?:${text})$`, flags.replace(/[gmy]/g, ''));
    return { ...one, takes: (character) => pattern.test(character) };
  };
  const group = (): Part => {
    const [opening = '('] = /^\((?:\?(?:<?[=!]|:|<\w+>))?/.exec(source.slice(at)) ?? [];
    at += opening.length;
    const rows = alternatives();
    at++;
    return { ...one, rows, looks: /[=!]/.test(opening) };
  };
  const quantified = (part: Part): Part => {
    const [all = '', least = '', comma, most] = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/.exec(source.slice(at)) ?? [];
    at += all.length;
    if (all === '') return part;
    const unbounded = /^[*+]/.test(all) || (comma !== undefined && most === '');
    return { ...part, unbounded, optional: /^[*?]/.test(all) || least === '0' };
  };
  return alternatives();
}

/**
 * Why an expression may take more than a time that grows as the text does, or undefined: a repetition within one; two
 * that may share what they take; one that begins anywhere in the text, and may take all that it begins with.
 */
export function slowness({ source, flags }: Pick<Expression, 'source' | 'flags'>): string | undefined {
  const rows = rowsOf(source, flags);
  if (nested(rows, false)) return 'a repetition within a repetition';
  const flat = flattened(rows);
  if (flat.some(sharing)) return 'two repetitions that may share what they take';
  const anywhere: Part = { unbounded: true, optional: true, takes: () => true };
  const open = flags.includes('y') ? [] : flat.filter(([first]) => !(first?.looks && first.rows === undefined));
  if (open.some((row) => mayFail(row) && sharing([anywhere, ...row]))) return 'a repetition that begins anywhere';
  return undefined;
}

function nested(rows: Part['rows'], inside: boolean): boolean {
  return (rows ?? []).some((row) =>
    row.some((part) => (part.unbounded && inside) || nested(part.rows, (inside || part.unbounded) && !part.looks)),
  );
}

/** Rows without groups that are not repeated: each way through them. */
function flattened(rows: readonly (readonly Part[])[]): Part[][] {
  return rows.flatMap((row) =>
    row.reduce<Part[][]>(
      (before, part) => {
        const ways = part.rows === undefined || part.unbounded || part.looks ? [[part]] : flattened(part.rows);
        const all = part.optional && !part.unbounded ? [...ways, []] : ways;
        return before.flatMap((way) => all.map((more) => [...way, ...more]));
      },
      [[]],
    ),
  );
}

/** Whether a row has two repetitions that could share a text: each could take what the other does, and all between. */
function sharing(row: readonly Part[]): boolean {
  return row.some((first, at) => {
    if (!first.unbounded) return false;
    const rest = row.slice(at + 1).filter((part) => !part.looks);
    return rest.some((second, place) => {
      if (!second.unbounded) return false;
      const both = new Set([...takenBy(second)].filter((character) => takenBy(first).has(character)));
      const between = rest.slice(0, place).filter((part) => !part.optional);
      return both.size > 0 && between.every((part) => [...takenBy(part)].some((character) => both.has(character)));
    });
  });
}

/** Whether what follows its last repetition may not be there. */
function mayFail(row: readonly Part[]): boolean {
  const last = row.findLastIndex((part) => part.unbounded);
  return last !== -1 && row.slice(last + 1).some((part) => part.looks || !part.optional);
}

const taken = new WeakMap<Part, ReadonlySet<string>>();

function takenBy(part: Part): ReadonlySet<string> {
  const known = taken.get(part);
  if (known !== undefined) return known;
  const own = part.takes ? characters.filter(part.takes) : (part.rows ?? []).flat().flatMap((one) => [...takenBy(one)]);
  const found = new Set(own);
  taken.set(part, found);
  return found;
}

const characters = [...Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)), '\u2028', '中'];
