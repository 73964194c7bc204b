import { type CodeLine, codeLines } from './code-lines';
import { clonesOf } from './jscpd';

/** How many lines of code make a run. */
export const fewestLines = 6;

/** What is compared: lines as they are written, or without their names, strings and numbers. */
export type Form = 'text' | 'shape';

/** A run of lines of code in a file. */
export interface Run {
  readonly file: string;
  readonly lines: readonly CodeLine[];
}

/** Two runs whose lines are the same, one by one; `first` is the one whose file comes first by its name. */
export interface Twice {
  readonly first: Run;
  readonly second: Run;
}

/**
 * Each pair of runs that are the same in one form; of a run that is found in many files, each with one of the others.
 * @param sources texts by path
 */
export async function findTwice(sources: ReadonlyMap<string, string>, form: Form): Promise<Twice[]> {
  const files = new Map([...sources].sort().map(([file, text]) => [file, compared(codeLines(text), form)]));
  const cuts = new Cuts();
  const found = new Map<string, Twice>();
  for (let before = -1; cuts.count > before; ) {
    before = cuts.count;
    for (const { from, to, end } of await clonesOf(wordsOf(files, form, cuts), fewestLines)) {
      const [one, other] = [placeOf(files, from), placeOf(files, to)];
      const length = commonLength(one, other, form);
      if (hasMeaning(one.lines.slice(one.at, one.at + length), form)) {
        const twice = pairOf(one, other, length);
        if (wordsInCommon(twice) >= 1 / 3) found.set(keyOf(twice), twice);
        // A third file may be more like the first than this one is.
        else for (let at = 1; at < length; at += fewestLines) cuts.add(other.file, other.at + at);
      }
      // jscpd goes on where the next lines are found in a third file: they are looked for again by themselves.
      const next = one.at + Math.max(length - fewestLines, 0) + 1;
      const after = one.lines.findIndex(({ line }) => line >= end);
      if (next + fewestLines <= (after === -1 ? one.lines.length : after)) cuts.add(one.file, next);
    }
  }
  return [...found.values()];
}

/** Lines before which a run of words ends. */
class Cuts {
  count = 0;
  private readonly places = new Set<string>();

  add(file: string, at: number): void {
    this.places.add(`${file}:${at}`);
    this.count = this.places.size;
  }

  has(file: string, at: number): boolean {
    return this.places.has(`${file}:${at}`);
  }
}

/** Of shapes those that say something: of a list two rows, and no lines that are short all around. */
function compared(lines: readonly CodeLine[], form: Form): readonly CodeLine[] {
  if (form === 'text') return lines;
  const few = lines.filter(({ shape }, at) => lines[at - 1]?.shape !== shape || lines[at - 2]?.shape !== shape);
  const telling = new Set(windowsOf(few).filter(saysEnough).flat());
  return few.map((line) => (telling.has(line) ? line : { ...line, shape: `line ${line.line} of its file` }));
}

function hasMeaning(lines: readonly CodeLine[], form: Form): boolean {
  return windowsOf(lines).some((window) => form === 'text' || saysEnough(window));
}

/** Shorter ones, or those with a shape again and again, are alike by chance: fields of an interface, rows of a table. */
function saysEnough(window: readonly CodeLine[]): boolean {
  const words = window.reduce((sum, line) => sum + line.words, 0);
  return words >= 16 && new Set(window.map(({ shape }) => shape)).size >= 5;
}

/** Of one in common with the other, at most 1: in shapes that are alike by chance hardly any word is. */
function wordsInCommon({ first, second }: Twice): number {
  let [common, all] = [0, 0];
  for (const [at, line] of first.lines.entries()) {
    const words = line.text.match(/\w+/g) ?? [];
    const others = second.lines[at]?.text.match(/\w+/g) ?? [];
    all += Math.max(words.length, others.length);
    for (const word of new Set(words)) common += Math.min(countOf(words, word), countOf(others, word));
  }
  return common / all;
}

function countOf(words: readonly string[], word: string): number {
  return words.filter((one) => one === word).length;
}

function windowsOf(lines: readonly CodeLine[]): CodeLine[][] {
  return lines.slice(fewestLines - 1).map((_, at) => lines.slice(at, at + fewestLines));
}

interface Place {
  readonly file: string;
  readonly lines: readonly CodeLine[];
  readonly at: number;
}

function placeOf(files: ReadonlyMap<string, readonly CodeLine[]>, start: { file: string; line: number }): Place {
  const lines = files.get(start.file) ?? [];
  return { file: start.file, lines, at: lines.findIndex(({ line }) => line === start.line) };
}

/** How many lines are the same from two places on; of one file as many as do not overlap. */
function commonLength(one: Place, other: Place, form: Form): number {
  const most = one.file === other.file ? Math.abs(one.at - other.at) : one.lines.length;
  let length = 0;
  while (length < most) {
    const line = one.lines[one.at + length];
    if (line === undefined || line[form] !== other.lines[other.at + length]?.[form]) break;
    length++;
  }
  return length;
}

function pairOf(one: Place, other: Place, length: number): Twice {
  const runOf = ({ file, lines, at }: Place) => ({ file, lines: lines.slice(at, at + length) });
  const inOrder = one.file === other.file ? one.at < other.at : one.file < other.file;
  return inOrder ? { first: runOf(one), second: runOf(other) } : { first: runOf(other), second: runOf(one) };
}

function keyOf({ first, second }: Twice): string {
  return [first, second].map(({ file, lines }) => `${file}:${lines[0]?.line}`).join(' ');
}

/** Each file with a word for each line of code: jscpd compares words, so that what it finds are runs of whole lines. */
function wordsOf(
  files: ReadonlyMap<string, readonly CodeLine[]>,
  form: Form,
  cuts: Cuts,
): Map<string, readonly string[]> {
  const numbers = new Map<string, number>();
  const wordOf = (text: string) => `w${numbers.get(text) ?? numbers.set(text, numbers.size).size - 1}`;
  return new Map(
    [...files].map(([file, lines], place) => {
      const words: string[] = [];
      for (const [at, line] of lines.entries()) {
        const cut = cuts.has(file, at) ? `cut${place}x${at} ` : '';
        words[line.line - 1] = cut + wordOf(line[form]);
      }
      return [file, Array.from(words, (word) => word ?? '')];
    }),
  );
}
