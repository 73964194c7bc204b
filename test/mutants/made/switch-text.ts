/** Stands in the changed code where the folder of a lane will be: a bundle is made once, for all lanes. */
export const laneMark = '/the-lane-of-this-copy';

/** In a lane: which change is made, or that it is measured which ones are reached. */
export const switchFile = '.switch.json';
/** In a lane: a file per process with the changes that it reached. */
export const reachFolder = '.reach';

export interface Switch {
  /** The change that is made. @default - none */
  readonly change?: string;
  /** How often the changed place may be passed before it counts as an endless loop. @default - as often as it likes */
  readonly limit?: number;
  /** Write down what is reached. @default false */
  readonly measure?: boolean;
}

/**
 * Stands at the top of every changed file; `stryMutAct_9fa48` and `stryCov_9fa48` are the names that the instrumenter
 * calls. It asks a file, not a variable of the environment: many tests start programs with an environment of their own.
 * The file is read once per process, before anything of the changed code is evaluated. A loop that a change made
 * endless throws, and where that is caught and tried again, ends its process.
 */
export const switchText = `
function changeSwitch_9fa48() {
  if (globalThis.changeSwitch_9fa48) return globalThis.changeSwitch_9fa48;
  const fs = process.getBuiltinModule('node:fs');
  let told = {};
  try { told = JSON.parse(fs.readFileSync('${laneMark}/${switchFile}', 'utf8')); } catch {}
  const reached = {};
  let passed = 0;
  const state = {
    isMade(id) {
      if (id !== told.change) return false;
      if (told.limit !== undefined && ++passed > told.limit) {
        if (passed > 2 * told.limit) process.kill(process.pid, 'SIGKILL');
        throw new Error('the changed place was passed ' + told.limit + ' times');
      }
      return true;
    },
    reach(ids) { if (told.measure) for (const id of ids) reached[id] = (reached[id] ?? 0) + 1; },
    write() {
      if (!told.measure) return;
      const file = '${laneMark}/${reachFolder}/' + process.pid + '-' + process.hrtime.bigint() + '.json';
      try { fs.writeFileSync(file + '.part', JSON.stringify(reached)); fs.renameSync(file + '.part', file); } catch {}
    },
  };
  Object.defineProperty(globalThis, 'changeSwitch_9fa48', { value: state, enumerable: false });
  process.on('exit', state.write);
  return state;
}
function stryMutAct_9fa48(id) { return changeSwitch_9fa48().isMade(id); }
function stryCov_9fa48() { changeSwitch_9fa48().reach(arguments); }
`.replaceAll('\n', ' ');
