import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseBuildspec } from '../../../lib/local/template/buildspec';

test('a buildspec gives its variables, its exported variables and its phases in the order in which they run', () => {
  const text = `
version: 0.2
env:
  shell: bash
  variables: { A: one, B: 2 }
  exported-variables: [RESULT]
phases:
  build:
    commands: [make]
    finally: [make clean]
  install:
    runtime-versions: { nodejs: 22 }
    commands:
      - |
        apt-get update
        apt-get install make
`;
  expect(parseBuildspec(text, 'x')).toEqual({
    variables: { A: 'one', B: '2' },
    exportedVariables: ['RESULT'],
    phases: [
      { name: 'install', commands: ['apt-get update\napt-get install make\n'], finally: [] },
      { name: 'build', commands: ['make'], finally: ['make clean'] },
    ],
  });
});

test('every buildspec of the project is understood', () => {
  const names = readdirSync('buildspecs').filter((name) => name.endsWith('.yml'));
  expect(names).toContain('extract.yml');
  for (const name of names) {
    expect(parseBuildspec(readFileSync(`buildspecs/${name}`, 'utf8'), name).phases).not.toEqual([]);
  }
});

test.each([
  ['another version', 'version: 0.1', 'it has version 0.1; only 0.2 is supported'],
  ['a buildspec that is no mapping', '- a', 'it is ["a"]; expected a mapping'],
  ['what is no YAML', 'a: [', /^it is not valid YAML: /],
  [
    'a key that it does not know',
    '{ version: 0.2, phases: {}, artifacts: {} }',
    'it has the unknown key "artifacts"; known keys: version, env, phases',
  ],
  [
    'a phase that does not exist',
    '{ version: 0.2, phases: { test: {} } }',
    'phases of it has the unknown key "test"; known keys: install, pre_build, build, post_build',
  ],
  [
    'a setting of a phase that it would have to ignore',
    '{ version: 0.2, phases: { build: { on-failure: ABORT } } }',
    'phase build of it has the unknown key "on-failure"; known keys: commands, finally',
  ],
  [
    'commands that are no list',
    '{ version: 0.2, phases: { build: { commands: make } } }',
    'commands of phase build of it are "make"; expected a list',
  ],
  [
    'a command that YAML made a mapping of',
    '{ version: 0.2, phases: { build: { commands: [{ echo a: b }] } } }',
    'commands of phase build of it has {"echo a":"b"}; expected a string',
  ],
  ['no version', '{ phases: {} }', 'it has version undefined; only 0.2 is supported'],
  ['no phases', '{ version: 0.2 }', 'phases of it is undefined; expected a mapping'],
  ['nothing', '', 'it is null; expected a mapping'],
  [
    'an environment that is a list',
    '{ version: 0.2, env: [], phases: {} }',
    'env of it is []; expected a mapping',
  ],
  [
    'a setting of the environment that it would have to ignore',
    '{ version: 0.2, env: { git-credential-helper: no }, phases: {} }',
    'env of it has the unknown key "git-credential-helper"; known keys: shell, variables, exported-variables',
  ],
  [
    'variables that are a text',
    '{ version: 0.2, env: { variables: A }, phases: {} }',
    'variables of it is "A"; expected a mapping',
  ],
  [
    'a variable that is a list',
    '{ version: 0.2, env: { variables: { A: [] } }, phases: {} }',
    'A has []; expected a string',
  ],
  [
    'a variable with a dash',
    '{ version: 0.2, env: { variables: { A-B: 1 } }, phases: {} }',
    'it has the invalid variable name "A-B"',
  ],
  [
    'exported variables that are no list',
    '{ version: 0.2, env: { exported-variables: A }, phases: {} }',
    'exported-variables of it are "A"; expected a list',
  ],
  [
    'versions of programs in another phase than the first',
    '{ version: 0.2, phases: { build: { runtime-versions: {} } } }',
    'phase build of it has the unknown key "runtime-versions"; known keys: commands, finally',
  ],
  [
    'last commands that are no list',
    '{ version: 0.2, phases: { install: { finally: 1 } } }',
    'finally of phase install of it are 1; expected a list',
  ],
  [
    'another shell',
    '{ version: 0.2, env: { shell: powershell.exe }, phases: {} }',
    'it has shell "powershell.exe"; only bash is supported',
  ],
  [
    'a name that no variable can have',
    '{ version: 0.2, env: { exported-variables: ["A;B"] }, phases: {} }',
    'it has the invalid variable name "A;B"',
  ],
])('refuses %s', (_, text, message) => {
  const expected = typeof message === 'string' ? message : expect.stringMatching(message);
  expect(() => parseBuildspec(text, 'it')).toThrow(expect.objectContaining({ name: 'BadFormat', message: expected }));
});

test('a phase may have no commands, numbers and truths are texts, and who is refused is told where to look', () => {
  const text =
    '{ version: "0.2", env: { variables: { A: true } }, phases: { post_build: {}, build: { commands: [1] } } }';
  expect(parseBuildspec(text, 'it')).toEqual({
    variables: { A: 'true' },
    exportedVariables: [],
    phases: [
      { name: 'build', commands: ['1'], finally: [] },
      { name: 'post_build', commands: [], finally: [] },
    ],
  });
  expect(() => parseBuildspec('{}', 'it')).toThrow(
    expect.objectContaining({ hint: 'see buildspecs/ for what the local engine supports' }),
  );
});
