import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, realpathSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Change, changesIn, madeIn } from './changes';
import { drawn, namesOf, roomOf } from './draw';
import { equivalents, isListed, outdatedIn } from './equivalent';
import { buildAll, makeLanes } from './lane';
import type { Measured } from './reach';
import { type Kept, readRecord, type Tried, writeRecord } from './record';
import { differenceOf, lineOf } from './report';
import { digestOf, filesOf, programsOf } from './sources';
import { openSuite } from './suite';
import { type Limits, measure, stands, tryAll } from './trial';
import { openTypes } from './types';

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
    tests: { type: 'string', default: '' },
    contained: { type: 'boolean', default: false },
  },
});
const limits: Limits = { slow: 1000 * Number(values.slow), budget: 1000 * Number(values.budget) };
/** Of this checkout, also where several of them share a cache. */
const place = join(
  realpathSync(join(root, '.cache')),
  'mutants',
  createHash('sha256').update(root).digest('hex').slice(0, 8),
);

/** Whole builds and boots; what looks at the text of the sources; what needs more than this machine has. */
const notTried = /^test\/(aws|boots|build|house|models|mutants|package|peers|runner|timed)\//;

if (values.contained) main().then(end, end);
else process.exitCode = contained();

/** What the verdict on a change may depend on. */
function isGround(file: string): boolean {
  return /^(lib|bin|test|buildspecs)\//.test(file) && !file.startsWith('test/mutants/');
}

/** Runs this program again, inside. */
function contained(): number {
  const again = [process.execPath, __filename, '--contained', ...process.argv.slice(2)];
  const { status } = spawnSync(join(root, 'test/mutants/contained.sh'), [place, ...again], { stdio: 'inherit' });
  return status ?? 1;
}

function end(error?: unknown): void {
  if (error !== undefined) console.error(error);
  process.exit(error === undefined ? 0 : 1);
}

async function main(): Promise<void> {
  const seed = values.seed ?? randomBytes(4).toString('hex');
  console.log(`seed ${seed}; the same changes again: --seed ${seed} --count ${values.count}`);
  const files = filesOf(root);
  const programs = programsOf(root, files);
  const { changes, switched } = await changesIn(programs);
  const names = namesOf(changes);
  for (const entry of outdatedIn(equivalents, changes)) {
    console.log(`listed as equivalent, and no change any more: ${entry.file}: ${entry.original}`);
  }

  const temporaries = cpus()
    .slice(0, 2)
    .map((_, index) => join(tmpdir(), `lane-${index}`));
  for (const temporary of temporaries) {
    mkdirSync(temporary);
    chmodSync(temporary, 0o1777); // programs that run as somebody else use it, too
  }
  const lanes = await makeLanes(root, place, files, switched, temporaries, buildAll);
  const open = await Promise.all(lanes.map((lane) => openSuite(lane, switched)));

  const recordFile = join(place, 'record.json');
  const record = readRecord(recordFile);
  const save = saver(recordFile, record);
  const measured = await reachOf(open, files, record, save);
  const ground = files.filter((file) => isGround(file));
  const all = `${digestOf(root, ground)} ${values.tests}`;

  const types = openTypes(root);
  for (const [room, ofRoom] of chosen(changes, names, seed)) {
    const isDue = (change: Change) => {
      const before = record.verdicts[names.get(change) ?? ''];
      return values.only !== undefined || before === undefined || !stands(before, change, root, all);
    };
    const due = ofRoom.filter((change) => !isListed(change, equivalents) && isDue(change));
    let count = 0;
    await tryAll(open, lanes[0]?.folder ?? root, due, measured, limits, all, (change, verdict) => {
      record.verdicts[names.get(change) ?? ''] = verdict;
      save();
      if (++count % 25 === 0) console.log(`  ${room}: ${count} of ${due.length}`);
    });
    const tried = ofRoom.map((change): Tried => {
      const name = names.get(change) ?? '';
      const verdict = isListed(change, equivalents) ? undefined : record.verdicts[name];
      return { change, name, ...(verdict && { verdict }) };
    });
    for (const { change, name, verdict } of tried) {
      if (verdict?.noticed !== false) continue;
      if (types.isRight(change.file, madeIn(programs.get(change.file) ?? '', change))) continue;
      record.verdicts[name] = { ...verdict, noticed: true, by: 'types', restsOn: digestOf(root, [change.file]) };
    }
    save(true);
    const final = tried.map((one) => (one.verdict ? { ...one, verdict: record.verdicts[one.name] } : one) as Tried);
    for (const one of final.filter(({ verdict }) => verdict?.noticed === false)) {
      console.log(differenceOf(programs.get(one.change.file) ?? '', one));
    }
    console.log(lineOf(room, final));
  }
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
  suites: Parameters<typeof measure>[0],
  files: readonly string[],
  record: Kept,
  save: () => void,
): Promise<Map<string, Measured>> {
  const tests = files.filter(
    (file) => /^test\/.*\.test\.ts$/.test(file) && !notTried.test(file) && file.startsWith(values.tests),
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
  await measure(suites, states, record.tests, limits, (test, seen) => {
    record.tests[test] = seen;
    save();
    if (++count % 25 === 0) console.log(`  ${count} test files measured`);
  });
  console.log(`left out: ${notTried.source}`);
  const measured = new Map<string, Measured>();
  for (const test of tests) {
    const { leftOut, cost, wall, hits } = record.tests[test] ?? {};
    if (leftOut !== undefined) console.log(`left out: ${test}: ${leftOut}`);
    if (cost !== undefined && wall !== undefined && hits !== undefined) measured.set(test, { cost, wall, hits });
  }
  return measured;
}

/** Writes the record now and then, not for each of thousands of lines. */
function saver(file: string, record: Kept): (now?: boolean) => void {
  let last = 0;
  return (now = false) => {
    if (!now && Date.now() - last < 10_000) return;
    last = Date.now();
    writeRecord(file, record);
  };
}
