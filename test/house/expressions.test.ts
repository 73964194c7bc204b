import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expressionsIn, slowness } from './expressions';

const root = join(__dirname, '../..');

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Expressions that nothing foreign meets, and what they meet. */
const ours: Readonly<Record<string, string>> = {
  '\\/+$': 'addresses and folders that a person typed',
  '\\/*$': 'addresses that a person typed',
  '^(arn:\\S+:secretsmanager:\\S+|\\/[^\\n]+|[^\\s:]+)$': 'names that a person typed',
  '^([a-z]+:\\/\\/)([^/]*)@([^/]*(?:\\/.*)?)$': 'addresses that a person typed',
  '-----BEGIN CERTIFICATE-----[\\s\\S]*?-----END CERTIFICATE-----': 'certificates that a person handed in',
  '\\$\\{(!?)([^}]+)\\}': 'strings of our own template',
  '(?:^|[^a-z0-9]+)([a-z0-9])': 'names of our own constructs',
};

describe('a regular expression of lib or bin', () => {
  const all = ['lib', 'bin']
    .flatMap(sources)
    .flatMap((file) => expressionsIn(file, readFileSync(join(root, file), 'utf8')));

  it('takes a time that grows as the text does, whatever the text is', () => {
    const slow = all.flatMap((expression) => {
      const why = slowness(expression);
      const { file, source } = expression;
      return why === undefined || source in ours ? [] : [`${file}: /${source}/ has ${why}`];
    });
    expect(all.length).toBeGreaterThan(150);
    expect(slow).toEqual([]);
  });

  it('is excused only where it is there', () => {
    expect(Object.keys(ours).filter((source) => !all.some((one) => one.source === source))).toEqual([]);
  });
});

describe('what says that an expression is slow', () => {
  it.each([
    ['a repetition within a repetition', ['(a+)+b', '(?:a*b*)*', '(?:(?:\\d+)\\.)+x', '([a-z]+:)*']],
    [
      'two repetitions that may share what they take',
      ['^\\s*(.*)$', '^a*a*$', '^(.*)_x_(.*)y$', '^\\w+\\d{2,}$', '^(?:x*|y)z?[x-z]*!', '^.*?.*!'],
    ],
    ['a repetition that begins anywhere', ['[ \\t]+$', '\\S+ login', 'a.*b', ':.*$', '(?:x|[^y]+)z']],
    [
      undefined,
      [
        '^a+b+$',
        'a+',
        '^\\s*x',
        'x[^x]*y',
        '^(?:a+|b+)c*$',
        ':.*',
        '^.{1,9}.*$',
        '(?<!x)y',
        '[+*]{2}',
        '\\u001b\\[[0-9;?]*[A-Za-z]',
      ],
    ],
  ])('knows %s', (why, expressions) => {
    for (const source of expressions) expect([source, slowness({ source, flags: '' })]).toEqual([source, why]);
  });
});
