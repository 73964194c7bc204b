import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Writable } from 'node:stream';
import type { TestModule, Vitest } from 'vitest/node';
import { type Lane, laneSetup, setSwitch, takeCost, takeReached } from './lane';
import { laneMark } from './made/switch-text';
import type { Measured } from './reach';

export type Outcome = 'passed' | 'failed' | 'late';

export interface Ran {
  readonly outcome: Outcome;
  /** What the first test that failed said. */
  readonly why: string;
}

/** Runs single test files of a lane, each in a fresh process: a change may do anything to the one that it runs in. */
export interface Suite {
  /** Runs a test file in the unchanged program and says what it reaches. */
  measure(test: string, limit: number): Promise<Measured & Ran>;
  /**
   * Runs a test file with a change made.
   * @param hits passes of the changed place that are taken for an endless loop
   * @param limit milliseconds, for what waits for ever without passing the changed place
   */
  attempt(test: string, change: string, hits: number, limit: number): Promise<Outcome>;
  close(): Promise<void>;
}

/** @param switched texts of the programs with all changes in them */
export async function openSuite(lane: Lane, switched: ReadonlyMap<string, string>): Promise<Suite> {
  const vitest = await start(lane, switched);
  return {
    async measure(test, limit) {
      await setSwitch(lane, { measure: true });
      const ran = await run(vitest, lane, test, limit);
      return { ...ran, cost: await takeCost(lane), hits: await takeReached(lane) };
    },
    async attempt(test, change, hits, limit) {
      await setSwitch(lane, { change, limit: hits });
      return (await run(vitest, lane, test, limit)).outcome;
    },
    close: () => vitest.close(),
  };
}

async function start(lane: Lane, switched: ReadonlyMap<string, string>): Promise<Vitest> {
  const { createVitest } = await import('vitest/node');
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  const given = ['test/fixtures/umask.ts', laneSetup]; // the first as in vitest.config.ts
  return createVitest(
    {
      ...{ root: lane.folder, config: false, watch: false, reporters: [{}], silent: true },
      ...{ include: ['test/**/*.test.ts'], setupFiles: given, pool: 'forks', maxWorkers: 1, bail: 1 },
      fsModuleCache: false, // it would not see what the plugin below returns
      ...{ testTimeout: 60_000, hookTimeout: 120_000, teardownTimeout: 2_000 },
      // The variable is that of vitest.config.ts: without it every synthesis starts the CDK's checker, and costs double.
      env: { CDK_VALIDATION: 'false', TMPDIR: lane.temporary, [markOf(lane)]: '1' },
      execArgv: ['--max-old-space-size=2048'],
    },
    {
      logLevel: 'silent',
      plugins: [
        {
          name: 'changed-programs',
          enforce: 'pre',
          load: (id: string) => switched.get(relative(lane.folder, id))?.replaceAll(laneMark, lane.folder),
        },
      ],
    },
    { stdout: nowhere(), stderr: nowhere() },
  );
}

async function run(vitest: Vitest, lane: Lane, test: string, limit: number): Promise<Ran & { readonly wall: number }> {
  const file = join(lane.folder, test);
  let late = false;
  const watch = setTimeout(() => {
    late = true;
    killAllOf(lane);
  }, limit);
  const began = performance.now();
  try {
    const result = await vitest.runTestSpecifications([vitest.getRootProject().createSpecification(file)]);
    const module = result.testModules.find(({ moduleId }) => moduleId === file);
    const passed = result.unhandledErrors.length === 0 && module?.ok() === true;
    const outcome = late ? 'late' : passed ? 'passed' : 'failed';
    return { outcome, why: passed ? '' : firstErrorOf(module), wall: performance.now() - began };
  } finally {
    clearTimeout(watch);
    killAllOf(lane);
    emptyTemporary(lane);
    process.exitCode = 0; // vitest sets it for each test that fails, and here that is what is hoped for
  }
}

function firstErrorOf(module: TestModule | undefined): string {
  const ofTests = [...(module?.children.allTests('failed') ?? [])].flatMap((test) => test.result().errors ?? []);
  const [first] = [...(module?.errors() ?? []), ...ofTests];
  return first?.message.split('\n')[0] ?? 'its process ended';
}

function markOf({ folder }: Lane): string {
  return `CHANGED_PROGRAM_OF_${folder.replace(/\W/g, '_')}`;
}

/** A program whose stopping was changed goes on after its test. What a lane starts has its mark in the environment. */
function killAllOf(lane: Lane): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(markOf(lane))) continue;
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      if (!['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

/** Nothing is removed through a mount that a test left. */
function emptyTemporary({ temporary }: Lane): void {
  const names = readdirSync(temporary);
  if (names.length === 0) return;
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${temporary}/`)).reverse()) {
    execFileSync('umount', ['--lazy', mount], { stdio: 'ignore' });
  }
  for (const name of names) rmSync(join(temporary, name), { recursive: true, force: true });
}
