import { expect, it } from 'vitest';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { storeContract } from '../store/contract';
import { MemoryStore } from './made/memory-store';
import { changeAtOnce } from './many-changes';
import '../fixtures/needs-seconds';

storeContract('a store in memory', async () => new MemoryStore());

it('many changes of one view, cut off at any write, lose nothing, and readers accept it at each moment', async () => {
  const keys = { old: await smallSigner('old'), next: await smallSigner('next') };
  await expect(changeAtOnce(keys, 40)).resolves.toBeUndefined();
});
