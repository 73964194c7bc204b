/** What one test file did in the unchanged program. */
export interface Measured {
  /** Milliseconds of a processor, with the programs that it starts. */
  readonly cost: number;
  /** Milliseconds from the start of its process to its end. */
  readonly wall: number;
  /** How often it passed each change that it reaches. */
  readonly hits: Readonly<Record<string, number>>;
}

export interface Attempt {
  readonly test: string;
  readonly cost: number;
  readonly wall: number;
  readonly hits: number;
}

/**
 * The test files to try a change with, the likely and cheap ones first, until their cost is used up.
 * @param budget milliseconds; the first file is tried whatever it takes
 */
export function attemptsFor(
  change: { readonly id: string; readonly file: string },
  measured: ReadonlyMap<string, Measured>,
  budget: number,
): { readonly attempts: readonly Attempt[]; readonly leftOut: number } {
  const reaching = [...measured].flatMap(([test, { cost, wall, hits }]): Attempt[] => {
    const times = hits[change.id];
    return times === undefined ? [] : [{ test, cost, wall, hits: times }];
  });
  const sorted = reaching.sort((a, b) => rankOf(a, change.file) - rankOf(b, change.file));
  let used = 0;
  const attempts = sorted.filter(({ cost }, index) => {
    used += cost;
    return index === 0 || used <= budget;
  });
  return { attempts, leftOut: reaching.length - attempts.length };
}

/** A test that goes by the name of the changed file is worth a longer run than one of the same room. */
function rankOf({ test, cost }: Attempt, file: string): number {
  const [ofTest, ofFile] = [partsOf(test), partsOf(file.replace(/^lib\//, ''))];
  if (ofTest.name === ofFile.name) return cost / 30;
  if (ofTest.folder === ofFile.folder) return cost / 6;
  return ofTest.folder.split('/')[0] === ofFile.folder.split('/')[0] ? cost / 3 : cost;
}

function partsOf(path: string): { readonly folder: string; readonly name: string } {
  const words = path.replace(/^test\//, '').split('/');
  return { name: (words.pop() ?? '').replace(/(\.test)?\.ts$/, ''), folder: words.join('/') };
}
