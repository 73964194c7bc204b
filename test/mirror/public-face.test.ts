import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as face from '../../lib';
import {
  type Example,
  examplesInMarkdown,
  examplesOfExports,
  exportsOf,
  faultsOf,
  hiddenTypes,
  programOf,
} from './public-face';

const root = join(__dirname, '../..');
const documents = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];
const shown = documents.flatMap((name) => examplesInMarkdown(name, readFileSync(join(root, name), 'utf8')));
const wrong: Example = { where: 'wrong.md:1', code: "new MirrorSite(stack, 'Site', { bucket: 'a name' });\n" };

const first = programOf();
const ofExports = examplesOfExports(first);
const examples = [...shown, ...[...ofExports].map(([where, code]): Example => ({ where, code })), wrong];
const program = programOf(examples);

describe('what the package exports', () => {
  it('is made of exported types only', () => {
    expect(hiddenTypes(program)).toEqual([]);
  });

  it('would be missed if it were not exported', () => {
    const most = exportsOf(program);
    for (const name of ['BuildProps', 'BoundSigningKey', 'StageBuild', 'Architecture']) most.delete(name);
    const missed = hiddenTypes(program, most);

    expect(missed).toEqual(
      expect.arrayContaining([
        'MirrorFunctionProps.signingKey: BoundSigningKey',
        'SigningKey.bind: BoundSigningKey',
        'StageBuildProps: BuildProps',
        'KernelBuild.stage: StageBuild',
        'MirrorSelection.architectures: Architecture',
      ]),
    );
  });

  it('has an example in the docstring of each construct', () => {
    const constructs = Object.entries(face).flatMap(([name, one]) => ('isConstruct' in one ? [name] : []));
    expect([...ofExports.keys()]).toEqual(expect.arrayContaining([...constructs, 'SigningKey']));
  });

  it('compiles in every example of documents and docstrings, and a wrong one does not', () => {
    expect(shown.map(({ where }) => where.split(':')[0])).toEqual(
      expect.arrayContaining(['README.md', 'docs/operations.md', 'docs/constructs.md']),
    );
    expect(faultsOf(program, examples)).toEqual(["wrong.md:1: Type 'string' is not assignable to type 'IBucket'."]);
  });
});
