import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { main, programOf } from '../../bin/command-line';
import { keptTerminal } from './terminal/kept-terminal';

async function maasMirror(...words: string[]) {
  const terminal = keptTerminal();
  return { code: await main(words, terminal), ...terminal };
}

/** All commands, those of commands too, by the words that call them. */
function commandsOf(parent: Command, before = ''): [string, Command][] {
  return parent.commands.flatMap((command) => {
    const name = `${before}${command.name()}`;
    return [[name, command] as [string, Command], ...commandsOf(command, `${name} `)];
  });
}

const program = programOf(keptTerminal(), () => {});
const commands = commandsOf(program);

const which = ['--mirror <address>', '--stack <name>', '--config <file>'];
const scope = ['--arch <list>', '--flavour, --kernel <list>'];
/** Of all commands that change a mirror. */
const asked = [...[...which, '--reason <text>', '--by <name>', '--key <key>', '--dry-run', '--plan <id>', '--json']];

/** Names are a public contract: scripts use them. */
const typed: Readonly<Record<string, readonly string[]>> = {
  build: [
    '[release...]',
    ...['--stack <name>', '--config <file>', '--view <name>', '--arch <list>', '--flavour, --kernel <list>'],
    ...[
      '--optional-flavour, --optional-kernel <list>',
      '--serial <serial>',
      '--ppa <owner/name>',
      '--repository <file>',
    ],
    ...['--credentials <host=name>', '--proposed [list]', '--package <list>', '--purge <list>', '--compression <name>'],
    ...['--no-boot-test', '--boot-timeout <minutes>', '--no-bootloaders', '--rebuild', '--mirror <dir>'],
    ...['--work <dir>', '--key <key>', '--base <file>', '--json', '--serve', '--no-serve', '--listen <address:port>'],
    ...['--stream <name>', '--stream-keyring <file>', '--archive <url>', '--ports <url>', '--archive-keyring <file>'],
    ...['--snapshot <time>', '--ppas <url>', '--launchpad <url>', '--proxy <url>', '--ca <file>'],
  ],
  serve: ['[mirror]', '--listen <address:port>'],
  verify: ['[view]', '--view <name>', '--keyring <file>', '--fingerprint <hex>', '--no-objects', '--json', ...which],
  list: ['[view]', '--view <name>', '--all', '--json', ...which],
  changes: [
    ...['[view]', '[release]', '[old]', '[new]', '--between <view>', '--no-modules', '--markdown', '--json'],
    ...[...scope, ...which],
  ],
  history: ['<view>', '--last <count>', '--json', ...which],
  view: [],
  'view list': ['--json', ...which],
  'view show': ['<name>', '--json', ...which],
  'view create': ['<name>', '--from <view>', '--select <releases=view>', ...asked],
  'view set': ['<name>', '--from <view>', '--select <releases=view>', '--by-hand', '--as-configured', ...asked],
  'view delete': ['<name>', '--yes', ...asked],
  promote: [
    ...['[from]', '[to]', '[release]', '--after <duration>', '--require <list>'],
    ...['--waive-checks <reason>', '--waive-boot-test <reason>'],
    ...[...scope, ...asked],
  ],
  rollback: ['<view>', '<release>', '--to <version>', '--republish', '--all-views', ...scope, ...asked],
  withdraw: ['<view>', '<release>', '<version>', '--all-views', ...scope, ...asked],
  restore: ['<view>', '<release>', '<version>', '--all-views', ...scope, ...asked],
  hold: ['<view>', '<release>', '--at <version>', '--until <date>', ...scope, ...asked],
  unhold: ['<view>', '<release>', ...scope, ...asked],
  attest: [
    ...['<view>', '<release>', '<version>', '--check <name>', '--pass', '--fail', '--link <url>'],
    ...[...scope, ...asked],
  ],
  snapshot: ['<view>', '<name>', ...asked],
  remove: ['<view>', '<release>', '<version>', '--yes', ...scope, ...asked],
  repair: ['[view]', '--upgrade', '--forget-lost', '--yes', ...asked],
  releases: ['--stream [url]', '--stream-keyring <file>', '--config <file>', '--proxy <url>', '--ca <file>', '--json'],
  keyring: ['[mirror]', '--armour', '--output <file>', '--json', ...which],
  'keyring rotate': ['<mirror>', '--new-key <key>', '--key <key>', '--sign', '--finish', '--json'],
  rotate: ['<mirror>', '--new-key <key>', '--key <key>', '--sign', '--finish', '--json'],
  status: ['--stack <name>', '--last <count>', '--json'],
  doctor: ['--stack <name>', '--no-build', '--json'],
  access: [],
  'access add': ['<site>', '--stack <name>', '--view <name>', '--only-view', '--json'],
  'access revoke': ['<site>', '--stack <name>', '--json'],
  'access list': ['--stack <name>', '--json'],
  help: ['[command...]'],
};

describe('the command line', () => {
  it('has these commands, with these arguments and options', () => {
    const found = commands.map(([name, { registeredArguments, options }]) => {
      const words = registeredArguments.map((one) => {
        const word = `${one.name()}${one.variadic ? '...' : ''}`;
        return one.required ? `<${word}>` : `[${word}]`;
      });
      return [name, [...words, ...options.map(({ flags }) => flags)]];
    });
    expect(Object.fromEntries(found)).toEqual(typed);
    expect(commands.map(([name]) => name)).toEqual(Object.keys(typed)); // as --help has them
  });

  it('says of each command, argument and option what it is for', () => {
    const said = commands.flatMap(([name, command]) => [
      [name, command.description()],
      ...command.registeredArguments.map((one) => [`${name} ${one.name()}`, one.description]),
      ...command.options.map(({ flags, description }) => [`${name} ${flags}`, description]),
    ]);
    // A verb or a noun with something behind it: no heading, no sentence with a full stop.
    expect(said.filter(([, text]) => !/^\S.+[^.]$/.test(text ?? ''))).toEqual([]);
  });

  it.each([
    ['build', { listen: '127.0.0.1:8080' }],
    ['history', { last: '20' }],
    ['promote', {}],
    ['rollback', {}],
    ['view set', {}],
    ['serve', { listen: '127.0.0.1:8080' }],
    ['verify', {}],
    ['status', { last: '10' }],
    ['doctor', {}],
    ['access add', { view: 'candidate' }],
    ['list', {}],
    ['keyring', {}],
    ['keyring rotate', {}],
    ['releases', {}],
  ])('takes for %s, unless told, %j', (name, defaults) => {
    expect(commands.find(([one]) => one === name)?.[1].opts()).toEqual(defaults);
  });

  it.each([
    [['status'], '--stack <name>'],
    [['access', 'add', 'lab'], '--stack <name>'],
    [['access', 'revoke', 'lab'], '--stack <name>'],
    [['access', 'list'], '--stack <name>'],
    [['keyring', 'rotate', 'm'], '--new-key <key>'],
    [['rotate', 'm'], '--new-key <key>'],
  ])('refuses %j without its option', async (words, option) => {
    const { code, errLines, outLines } = await maasMirror(...words);

    const named = words.filter((word) => !['lab', 'm'].includes(word)).join(' ');
    expect(code).toBe(2);
    expect(errLines).toEqual([
      `error: required option '${option}' not specified`,
      `Run 'maas-mirror ${named} --help' for usage.`,
    ]);
    expect(outLines).toEqual([]);
  });

  it.each([
    [['history'], "error: missing required argument 'view'", ' history'],
    [['unhold', 'stable'], "error: missing required argument 'release'", ' unhold'],
    [['view', 'create'], "error: missing required argument 'name'", ' view create'],
    [['list', 'a', 'b'], "error: too many arguments for 'list'. Expected 1 argument but got 2: a, b.", ' list'],
    [['lst', 'm'], "error: unknown command 'lst'\n(Did you mean list?)", ''],
    [['build', '--stak', 'x'], "error: unknown option '--stak'\n(Did you mean --stack?)", ' build'],
    [['help', 'keyring', 'turn'], "error: unknown command 'turn'", ' keyring'],
  ])('refuses %j, and names the help of the command itself', async (words, message, command) => {
    const { code, errLines } = await maasMirror(...words);

    expect(code).toBe(2);
    expect(errLines.join('\n')).toContain(message);
    expect(errLines.at(-1)).toBe(`Run 'maas-mirror${command} --help' for usage.`);
  });

  it('prints its help, which lists all commands but the second name of one, and ends well', async () => {
    const { code, outLines, errLines } = await maasMirror('--help');
    const text = outLines.join('\n');

    expect([code, errLines]).toEqual([0, []]);
    expect(text).toMatch(/^Usage: maas-mirror \[options\] \[command\]\n\nBuilds MAAS images and serves them/);
    expect([...text.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name)).toEqual([
      'build',
      'serve',
      'verify',
      'list',
      ...['changes', 'history', 'view', 'promote', 'rollback', 'withdraw', 'restore', 'hold', 'unhold', 'attest'],
      ...['snapshot', 'remove', 'repair'],
      'releases',
      'keyring',
      'status',
      'doctor',
      'access',
      'help',
    ]);
    expect(text).toMatch(/\S$/);
  });

  it('puts the options of a build that name sources under a heading of their own', async () => {
    const { outLines } = await maasMirror('build', '--help');
    const [before = '', after = ''] = outLines.join('\n').split('\nSources:\n');

    expect(before).toContain('--listen <address:port>');
    expect([...after.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, name]) => name)).toEqual([
      '--stream',
      '--stream-keyring',
      '--archive',
      '--ports',
      '--archive-keyring',
      '--snapshot',
      '--ppas',
      '--launchpad',
      '--proxy',
      '--ca',
    ]);
  });

  it('prints the help of a command of a command, by either way to ask', async () => {
    const asked = await maasMirror('help', 'keyring', 'rotate');

    expect(asked.code).toBe(0);
    expect(asked.outLines[0]).toMatch(/^Usage: maas-mirror keyring rotate \[options\] <mirror>\n/);
    expect((await maasMirror('keyring', 'rotate', '--help')).outLines).toEqual(asked.outLines);
    expect((await maasMirror('help')).outLines).toEqual((await maasMirror('--help')).outLines);
  });

  it.each(['-V', '--version'])('prints with %s the version of the package', async (option) => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await maasMirror(option)).toMatchObject({ code: 0, outLines: [version] });
  });

  it('ends with what its command says, and reports what one throws', async () => {
    expect((await maasMirror('releases', '--json')).code).toBe(0);
    expect(await maasMirror('verify', '/no/such/mirror')).toMatchObject({
      errLines: ['error: /no/such/mirror does not exist', '  `maas-mirror build` creates it'],
    });
    expect(await maasMirror('status', '--stack', 'x', '--last', '0')).toMatchObject({
      code: 2,
      errLines: [
        'error: --last "0": not a number from 1 to 100',
        '  give the number of executions to show, such as --last 10',
      ],
    });
  });
});
