import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { equivalents, outdatedIn } from './equivalent';
import { buildAll, makeLanes } from './lane';
import { type Change, changesIn } from './made/changes';
import { drawn, namesOf, roomOf } from './made/draw';
import { digestOf, filesOf, programsOf } from './made/sources';
import type { Measured } from './reach';
import { type OpenRecord, openRecord } from './record';
import { differenceOf, lineOf, tallyOf } from './report';
import { faultOf } from './request';
import { type Trial, tryRoom } from './room';
import { openSuite, type Suite } from './suite';
import { type Limits, measure } from './trial';

/**
 * Makes small changes in the programs of each room, one at a time, and runs the tests that reach them: what no test
 * notices is not tested. Prints the rate per room and what went unnoticed.
 */
const root = process.cwd();
const { values } = parseArgs({
  options: {
    room: { type: 'string', multiple: true },
    count: { type: 'string', default: '300' },
    seed: { type: 'string' },
    only: { type: 'string' },
    slow: { type: 'string', default: '10' },
    budget: { type: 'string', default: '20' },
    tests: { type: 'string', multiple: true, default: ['test/'] },
    fresh: { type: 'boolean', default: false },
    contained: { type: 'boolean', default: false },
  },
});
const limits: Limits = { slow: 1000 * Number(values.slow), budget: 1000 * Number(values.budget) };
/** Of a hundred changes, how many have to be noticed in each room. */
const least = 85;

/** Whole builds and boots; what looks at the text of the sources; what needs more than this machine has. */
const notTried = /^test\/(aws|boots|builds?|house|models|mutants|package|peers|runner|timed)\//;

const rooms = readdirSync(join(root, 'lib'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
const fault = faultOf(values, [...rooms.map(({ name }) => name), 'bin']);

const fixtures = join(root, '.cache/fixtures');

if (fault !== undefined || !existsSync(fixtures)) {
  console.error(fault ?? `no fixtures in ${fixtures}: run \`npm test\` first, which makes them`);
  process.exitCode = 1;
} else if (values.contained) main().then(end, end);
else process.exitCode = contained();

/** What the verdict on a change may depend on. */
function isGround(file: string): boolean {
  return /^(lib|bin|test|buildspecs)\//.test(file) && !file.startsWith('test/mutants/');
}

/** Where all is kept of this checkout, also where several of them share a cache. */
function placeOf(folder: string): string {
  return join(
    realpathSync(join(folder, '.cache')),
    'mutants',
    createHash('sha256').update(folder).digest('hex').slice(0, 8),
  );
}

/** Runs this program again, inside. */
function contained(): number {
  const place = placeOf(root);
  mkdirSync(place, { recursive: true });
  const again = [process.execPath, __filename, '--contained', ...process.argv.slice(2)];
  const words = [place, fixtures, ...again];
  const { status } = spawnSync(join(root, 'test/mutants/contained.sh'), words, { stdio: 'inherit' });
  return status ?? 1;
}

/** Not all that is open is closed here: what is left ends with the namespace. */
function end(outcome: unknown): void {
  if (outcome instanceof Error) console.error(outcome);
  process.exit(outcome === true ? 0 : 1);
}

async function main(): Promise<boolean> {
  const place = placeOf(root);
  const seed = values.seed ?? randomBytes(4).toString('hex');
  console.log(`seed ${seed}; the same changes again: --seed ${seed} --count ${values.count}`);
  const files = filesOf(root);
  const programs = programsOf(root, files);
  const { changes, switched } = await changesIn(programs);
  const names = namesOf(changes);
  for (const entry of outdatedIn(equivalents, changes)) {
    console.log(`listed as equivalent, and no change any more: ${entry.file}: ${entry.original}`);
  }

  const lanes = await makeLanes(root, place, files, switched, makeTemporaries(), buildAll);
  const suites = await Promise.all(lanes.map((lane) => openSuite(lane, switched)));
  const record = openRecord(join(place, 'record.json'), values.fresh);
  const measured = await reachOf(suites, files, record);
  const all = `${digestOf(root, files.filter(isGround))} ${values.tests.join(' ')}`;
  const tried: Trial = { root: lanes[0]?.folder ?? root, programs, names, suites, measured, limits, all, record };

  const tallies: string[] = [];
  let enough = true;
  for (const [room, ofRoom] of chosen(changes, names, seed)) {
    const results = await tryRoom(tried, room, ofRoom, values.only !== undefined);
    for (const one of results.filter(({ verdict }) => verdict?.noticed === false)) {
      console.log(differenceOf(programs.get(one.change.file) ?? '', one));
    }
    console.log(lineOf(room, results));
    tallies.push(lineOf(room, results));
    enough &&= tallyOf(results).rate >= least;
  }
  console.log(['', ...tallies].join('\n'));
  return enough;
}

/** One folder for the temporary files of each lane. */
function makeTemporaries(): string[] {
  return cpus()
    .slice(0, 2)
    .map((_, index) => {
      const folder = join(tmpdir(), `lane-${index}`);
      mkdirSync(folder);
      chmodSync(folder, 0o1777); // programs that run as somebody else use it, too
      return folder;
    });
}

/** Each room with the changes to try, by its name. */
function chosen(changes: readonly Change[], names: ReadonlyMap<Change, string>, seed: string): Map<string, Change[]> {
  const nameOf = (change: Change) => names.get(change) ?? '';
  if (values.only !== undefined) {
    const one = changes.filter((change) => nameOf(change) === values.only);
    return new Map([[roomOf(one[0]?.file ?? '') ?? 'no room', one]]);
  }
  const rooms = Map.groupBy(changes, ({ file }) => roomOf(file));
  const wanted = [...rooms].flatMap(([room, ofRoom]) =>
    room !== undefined && (values.room?.includes(room) ?? true) ? [[room, ofRoom] as const] : [],
  );
  return new Map(wanted.map(([room, ofRoom]) => [room, drawn(ofRoom, nameOf, seed, Number(values.count))]));
}

/** What each test file that is tried reaches; prints which ones are left out, and why. */
async function reachOf(
  suites: readonly Suite[],
  files: readonly string[],
  { kept, save }: OpenRecord,
): Promise<Map<string, Measured>> {
  const tests = files.filter(
    (file) =>
      /^test\/.*\.test\.ts$/.test(file) && !notTried.test(file) && values.tests.some((start) => file.startsWith(start)),
  );
  const ground = files.filter((file) => isGround(file) && !/\.test\.ts$/.test(file));
  const below = `${digestOf(root, ground)}\0${limits.slow}`;
  const states = new Map(
    tests.map((test) => [
      test,
      createHash('sha256')
        .update(below)
        .update(digestOf(root, [test]))
        .digest('hex'),
    ]),
  );
  let count = 0;
  await measure(suites, states, kept.tests, limits, (test, seen) => {
    kept.tests[test] = seen;
    save();
    if (++count % 25 === 0) console.log(`  ${count} test files measured`);
  });
  console.log(`left out: ${notTried.source}`);
  const measured = new Map<string, Measured>();
  for (const test of tests) {
    const { leftOut, cost, wall, hits } = kept.tests[test] ?? {};
    if (leftOut !== undefined) console.log(`left out: ${test}: ${leftOut}`);
    if (cost !== undefined && wall !== undefined && hits !== undefined) measured.set(test, { cost, wall, hits });
  }
  return measured;
}
