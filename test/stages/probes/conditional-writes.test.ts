import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { conditionalWrites } from '../../../lib/stages/probes/conditional-writes';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { temporaryFolder } from '../../fixtures/temporary-folder';

/** A work store that answers a write without a condition like this. */
class Answering extends DirectoryStore {
  constructor(private readonly answer: () => never) {
    super(temporaryFolder());
  }

  override async replace(): Promise<never> {
    return this.answer();
  }
}

/** What comes back is not what was written. */
class Forgetful extends DirectoryStore {
  constructor(private readonly back: Buffer | undefined) {
    super(temporaryFolder());
  }

  override async read() {
    return this.back && { bytes: this.back, tag: '' };
  }
}

function refusing(name: 'AccessDenied' | 'StoreFailed'): Answering {
  return new Answering(() => {
    throw new MirrorError(name, 'no');
  });
}

it('finds that writes with a condition are taken, and others refused', async () => {
  const store = refusing('AccessDenied');

  expect(await conditionalWrites(store, 'runs/probe/1')).toBe(
    'an object was written and read back; a write without If-None-Match was refused',
  );

  const folder = join(store.root, 'runs/probe/1');
  expect(readdirSync(folder)).toEqual(['with-condition']);
  expect(readFileSync(join(folder, 'with-condition'), 'utf8')).toBe('written by maas-mirror doctor\n');
});

it('refuses a store where builds can overwrite objects', async () => {
  const store = new DirectoryStore(temporaryFolder());

  await expect(conditionalWrites(store, 'runs/probe/1')).rejects.toMatchObject({
    name: 'NotSupported',
    message: 'a write without If-None-Match was accepted: builds can overwrite objects',
  });
  expect(readdirSync(join(store.root, 'runs/probe/1'))).toEqual(['with-condition', 'without-condition']);
});

it.each([undefined, Buffer.from('other')])('refuses a store that gives back other bytes: %s', async (back) => {
  const store = new Forgetful(back);

  await expect(conditionalWrites(store, 'runs/probe/1')).rejects.toMatchObject({
    name: 'StoreFailed',
    message: `${store.name} returned other bytes than were written`,
  });
});

it('takes no other failure of a write for a refusal', async () => {
  await expect(conditionalWrites(refusing('StoreFailed'), 'runs/probe/1')).rejects.toMatchObject({
    name: 'StoreFailed',
    message: 'no',
  });
  const broken = new Answering(() => {
    throw Object.assign(new Error('broken'), { name: 'AccessDenied' });
  });
  await expect(conditionalWrites(broken, 'runs/probe/1')).rejects.toThrow('broken');
});
