import { describe, expect, it } from 'vitest';
import { changesOf, materialsOf } from '../../../lib/stages/layer/materials';

const before = 'adduser\t3.137\ncloud-init\t24.1\nzstd\t1.5.5\n';
const after = 'adduser\t3.137\ncloud-init\t25.1\noverlayroot\t0.49\n';

describe('what a build was made of', () => {
  it('has what Prepare upgraded as well as what it installed, and not what was there', () => {
    expect(materialsOf([], { before, after }, {}).installed).toEqual({
      '': [
        { name: 'cloud-init', version: '25.1' },
        { name: 'overlayroot', version: '0.49' },
      ],
    });
  });

  it('has the packages of each kernel under its name', () => {
    const ga = [{ name: 'linux-generic', version: '6.8' }];
    expect(materialsOf([], { before, after: before }, { ga }).installed).toEqual({ '': [], ga });
  });
});

describe('what a customisation changed', () => {
  it('is what was upgraded, what came and what went, by name', () => {
    expect(changesOf(before, after)).toEqual([
      { name: 'cloud-init', from: '24.1', to: '25.1' },
      { name: 'overlayroot', from: null, to: '0.49' },
      { name: 'zstd', from: '1.5.5', to: null },
    ]);
  });

  it('is nothing where nothing changed', () => expect(changesOf(before, before)).toEqual([]));
});
