import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { changeView } from '../../../lib/publication/change-view';
import { deleteView } from '../../../lib/publication/delete-view';
import { readView } from '../../../lib/publication/read-view';
import type { ViewState } from '../../../lib/publication/state/view-state';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { checkForUpdates, plan } from '../../../lib/stages/plan';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { type SmallPress, smallPress } from '../../publication/made/small-press';
import { wrappedStore } from '../../publication/made/wrapped-store';
import { publishLoaders } from '../loaders/made/published-loaders';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

type Kind = Pick<ViewState, 'kind' | 'source'>;
const promoted: Kind = { kind: 'promoted', source: { promote: { from: 'beta' } } };
const selected: Kind = { kind: 'selected', source: { select: [{ from: 'beta' }] } };

/** A view that gets its versions from another one. */
async function filled(kind: Kind): Promise<SmallPress> {
  const press = smallPress(signer);
  await press.publish();
  await changeView('candidate', ({ state }) => ({ state: { ...state, ...kind }, note: { what: 'view' } }), press);
  return press;
}

const kinds: [string, Kind, string, string][] = [
  [
    'is filled by promotion',
    promoted,
    'candidate is filled by promotion; nothing can be built into it',
    'build into another view, and promote from it',
  ],
  [
    'follows others',
    selected,
    'candidate follows other views; nothing can be built into it',
    'build into a view that it follows',
  ],
];

describe.each(kinds)('a view that %s', (_, kind, message, hint) => {
  const refusal = { name: 'BadInput', message, hint, misuse: true };

  it('refuses to plan a build into it, before anything is built', async () => {
    const press = await filled(kind);
    await using archive = await serveArchive(temporaryFolder());
    const bench = { ...press, scratch: temporaryFolder(), tools: '', random: randomBytes };
    const sources = { archive: archive.url, ports: archive.url };
    for (const release of ['bookworm', 'bootloaders']) {
      const request = BuildRequest.parse({ release, architectures: release === 'bookworm' ? ['amd64'] : [], sources });
      await expect(plan({ request, execution: 'one' }, bench)).rejects.toMatchObject(refusal);
      await expect(checkForUpdates(request, bench)).rejects.toMatchObject(refusal);
    }
  });

  it('refuses what was built, and nothing is written', async () => {
    const press = await filled(kind);
    const keys = await press.keys();
    await expect(press.publish({ kernels: [{ kernel: 'generic', version: '6.1.160-1' }] })).rejects.toMatchObject(
      refusal,
    );
    await expect(publishLoaders(press)).rejects.toMatchObject(refusal);
    expect(await press.keys()).toEqual(keys);
  });

  it('refuses what was built where it became one in the meantime', async () => {
    const press = smallPress(signer);
    await press.publish();
    const input = { kernels: [{ kernel: 'generic', version: '6.1.160-1' }] };
    let isOther = false;
    const mirror = wrappedStore(press.mirror, async ({ method }, go) => {
      if (method === 'adopt' && !isOther) {
        isOther = true;
        await changeView('candidate', ({ state }) => ({ state: { ...state, ...kind }, note: { what: 'view' } }), press);
      }
      return go();
    });
    await expect(press.publish(input, { mirror })).rejects.toMatchObject(refusal);
    expect(await press.versionsOf('generic')).toHaveLength(1);
  });

  it('becomes a built one if it was deleted, and a build creates it again', async () => {
    const press = await filled(kind);
    await deleteView('candidate', { what: 'view' }, press);
    await press.publish({ kernels: [{ kernel: 'generic', version: '6.1.160-1' }] });
    const { state } = await readView('candidate', press);
    expect(state.kind).toBe('built');
  });
});

it('a view of an older release is a built one for good once something is built into it', async () => {
  const press = smallPress(signer);
  await press.publish();
  const upgraded = async () => (await readView('candidate', press)).state.upgraded;
  const upgrade = () =>
    changeView('candidate', ({ state }) => ({ state: { ...state, upgraded: true }, note: { what: 'upgrade' } }), press);
  await upgrade();
  expect(await upgraded()).toBe(true);
  await press.publish({ kernels: [{ kernel: 'generic', version: '6.1.160-1' }] });
  expect(await upgraded()).toBeUndefined();
  await upgrade();
  await publishLoaders(press);
  expect(await upgraded()).toBeUndefined();
});
