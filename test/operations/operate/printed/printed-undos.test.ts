import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OperationOutcome } from '../../../../lib/job/operations/outcome';
import { contentDigest } from '../../../../lib/publication/state/product-key';
import { newestVersion } from '../../../../lib/simplestreams/merge';
import type { Signer } from '../../../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../../../fixtures/mirrors/small-mirror';
import '../../../fixtures/needs-seconds';
import { MemoryStore } from '../../../publication/made/memory-store';
import { MadeMirror, productsOf } from '../made-mirror';
import { commandsOf, requestOf } from './typed-line';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const [monday, tuesday, wednesday] = ['20261123.083000', '20261124.083000', '20261125.083000'] as const;
const scopes = ['', '--arch amd64', '--flavour hwe', '--arch amd64 --flavour hwe'] as const;
const allViews = ['', ' --all-views'] as const;

/** Every operation that prints a command that undoes it, with its options. */
const operations = [
  ...['withdraw candidate noble newest', `withdraw candidate 24.04 ${monday}`, 'rollback candidate noble'].flatMap(
    (line) => scopes.flatMap((scope) => allViews.map((views) => `${line} ${scope}${views}`)),
  ),
  ...['withdraw candidate bootloaders newest', 'rollback candidate bootloaders'].flatMap((line) =>
    allViews.map((views) => `${line}${views}`),
  ),
  ...[
    'rollback candidate noble --republish',
    `rollback candidate noble --to ${monday}`,
    `rollback candidate noble --to ${monday} --all-views`,
  ],
  ...['hold candidate noble', 'hold candidate noble --arch amd64', `hold candidate noble --at ${monday} --arch amd64`],
  ...[`hold candidate noble --at ${monday}`, `hold candidate noble --at ${tuesday} --until 2026-12-01T00:00:00Z`],
  ...['hold candidate bootloaders', `hold candidate bootloaders --at ${monday}`],
  ...['hold stable noble --at newest --until 2026-12-02T00:00:00Z'],
  ...scopes.map((scope) => `attest candidate noble newest --check hw-lab --fail ${scope}`),
  ...['promote candidate stable', 'promote candidate stable noble --arch amd64', 'view set lab --from candidate'],
  ...['promote candidate stable bootloaders', 'rollback candidate bootloaders --arch i386'],
  ...['rollback candidate bootloaders --flavour pxelinux', 'withdraw candidate bootloaders newest --flavour pxelinux'],
  ...['rollback candidate noble --flavour ga', 'rollback candidate noble --flavour ga,hwe --all-views'],
  // Of views that are promoted, one from the other.
  ...['stable', 'pilot'].flatMap((view) => [
    ...[`withdraw ${view} noble newest`, `rollback ${view} noble`, `rollback ${view} noble --flavour hwe`],
    ...[
      `rollback ${view} bootloaders`,
      `rollback ${view} noble --all-views`,
      `rollback ${view} bootloaders --all-views`,
    ],
    ...[`hold ${view} bootloaders --at ${monday}`, `hold ${view} noble --at ${monday} --arch amd64`],
  ]),
  ...['promote candidate pilot', 'promote candidate pilot noble', 'promote candidate pilot bootloaders'],
  ...['view set lab --from pilot', 'view set lab --by-hand', 'view create lab-2 --from pilot', 'snapshot pilot may'],
];

/** Restorations and ends of holds, and what came before them. */
const lifting = [
  ...['', ' --arch amd64', ' --flavour hwe', ' --all-views', ' --flavour ga --all-views'].flatMap((scope) => [
    [`restore candidate noble ${wednesday}${scope}`, [`rollback candidate noble${scope}`]] as const,
    [`restore candidate noble ${wednesday}${scope}`, [`withdraw candidate noble newest${scope}`]] as const,
  ]),
  [`restore candidate noble ${wednesday}`, [`rollback candidate noble --to ${monday}`]],
  [`restore candidate noble ${wednesday} --all-views`, [`rollback candidate noble --to ${monday} --all-views`]],
  [`restore candidate noble ${monday}`, [`withdraw candidate noble ${monday}`]],
  [`restore candidate bootloaders ${wednesday}`, ['rollback candidate bootloaders']],
  [`restore stable bootloaders ${tuesday} --all-views`, ['rollback stable bootloaders --all-views']],
  [
    `restore candidate noble ${wednesday}`,
    ['withdraw candidate noble newest --flavour hwe', 'withdraw candidate noble newest'],
  ],
  [`restore candidate noble ${wednesday}`, ['rollback candidate noble', 'hold candidate noble']],
  ['unhold candidate noble', ['hold candidate noble']],
  ['unhold candidate noble', [`hold candidate noble --at ${monday}`]],
  ['unhold candidate noble', [`hold candidate noble --at ${tuesday} --until 2026-12-01T00:00:00Z`]],
  ['unhold candidate noble', [`hold candidate noble --at ${tuesday} --arch amd64`, 'hold candidate noble']],
  ['unhold candidate bootloaders', [`hold candidate bootloaders --at ${monday}`]],
  ['unhold stable noble --arch amd64', [`hold stable noble --at ${monday} --arch amd64`]],
] as const;

/** Those that no single command leads back from. */
const without = [
  'attest candidate noble newest --check other --fail',
  `remove candidate noble ${monday}`,
  'view set stable --from candidate',
];

/** Those whose command leaves something else than it was, and what came before them. */
const inPart = [
  [`hold stable noble --at ${monday}`, 'hold stable noble'],
  ['hold stable noble', 'hold stable noble --arch amd64'],
  [`hold candidate noble --at ${tuesday}`, 'withdraw candidate noble newest'],
  ['rollback candidate noble', 'withdraw candidate noble newest'],
  ['rollback candidate bootloaders', 'withdraw candidate bootloaders newest --all-views'],
  ['withdraw candidate noble newest', 'withdraw candidate noble newest --flavour hwe --all-views'],
  ['rollback stable noble', 'hold stable noble'],
] as const;

let mirror: MadeMirror;
let filled: MemoryStore;
/** Three versions in candidate, two in stable and in pilot, which is filled from stable, and lab, which follows stable. */
beforeAll(async () => {
  filled = new MemoryStore();
  mirror = new MadeMirror(filled, signer);
  for (const [name, words] of [
    [monday, 'good'],
    [tuesday, 'better'],
    [wednesday, 'bad'],
  ] as const) {
    mirror.turnClockTo(`2026-11-${name.slice(6, 8)}T08:30:00Z`);
    await mirror.publish('candidate', name, { images: { 'ga-24.04': words, 'hwe-24.04': words }, loader: words });
    if (name === wednesday) continue;
    await run('promote candidate stable');
    await run('promote stable pilot');
  }
  await run('view create lab --from stable');
  await run('attest candidate noble newest --check hw-lab --pass --link https://lab/1?run=2&test=3');
});
beforeEach(() => {
  mirror = new MadeMirror(filled.copy(), signer);
  mirror.turnClockTo('2026-11-25T08:30:00Z');
});

describe('the command that undoes', () => {
  it.each(operations)('%s, as it is printed, finds every view as it was', async (line) => {
    if (line.startsWith('hold stable noble') && !line.includes('--arch')) await run('hold stable noble');
    const before = await said();
    mirror.turnClockTo('2026-11-25T10:15:00Z');

    const commands = commandsOf(await run(line), 'undo');

    expect(commands).not.toEqual([]);
    expect(await said()).not.toEqual(before);
    mirror.turnClockTo('2026-11-25T11:30:00Z');
    for (const command of commands) await run(command);
    const after = await said();
    const isPromotion = line.startsWith('promote ');
    for (const [at, view] of before.entries()) {
      const { offered, ...decided } = view;
      // A promotion is undone by a hold; a mixed version stays, below what it stood in for.
      expect(after[at]).toMatchObject({ ...decided, ...(isPromotion && { holds: expect.anything() }) });
      for (const [product, { newest, contents }] of Object.entries(offered)) {
        const now = after[at]?.offered[product];
        expect(now?.newest).toBe(newest);
        expect(now?.contents).toEqual(line.includes('--flavour') ? expect.arrayContaining(contents) : contents);
      }
    }
  });

  it.each(lifting)('%s, as it is printed after %s, finds every view as it was', async (line, first) => {
    for (const one of first) await run(one);
    const before = await said();
    mirror.turnClockTo('2026-11-25T10:15:00Z');
    const { remarks } = await run(line);
    const [undo, ...others] = remarks.filter(({ about }) => about === 'undo');
    expect([undo?.why, others]).toEqual([undefined, []]);
    expect(await said()).not.toEqual(before);
    mirror.turnClockTo('2026-11-25T11:30:00Z');
    for (const command of undo?.commands ?? []) await run(command);
    expect((await said()).map(inContents)).toEqual(before.map(inContents));
  });

  it('nothing is printed for a selected view, which follows its sources next', async () => {
    await run('hold lab noble');
    expect(commandsOf(await run('unhold lab noble'), 'undo')).toEqual([]);
  });

  it('sets a hold again without its end, where that has passed, and says so', async () => {
    await run('hold candidate noble --until 2026-11-25T09:00:00Z');
    mirror.turnClockTo('2026-11-25T10:15:00Z');
    const { remarks } = await run('unhold candidate noble');
    const commands = [`maas-mirror hold candidate noble --at ${wednesday}`];
    const why = 'set the hold again, which does not leave everything as it was';
    expect(remarks.filter(({ about }) => about === 'undo')).toEqual([{ about: 'undo', commands, why }]);
    for (const command of commands) expect((await run(command)).views[0]).toMatchObject({ moved: true });
  });

  it.each(without)('%s is not printed, since there is none', async (line) => {
    expect(commandsOf(await run(line), 'undo')).toEqual([]);
  });

  it.each(
    inPart,
  )('%s, where %s came first, is printed with what it does instead, and is accepted', async (line, first) => {
    await run(first);
    const { remarks } = await run(line);
    const [undo, ...others] = remarks.filter(({ about }) => about === 'undo');
    expect([undo?.why, others]).toEqual([expect.stringMatching(/^lift .*, which does not leave everything as/), []]);
    for (const command of undo?.commands ?? []) expect((await run(command)).views[0]).toMatchObject({ moved: true });
  });
});

/** What each view offers, and what was decided about it, without who did so and when. */
async function said() {
  return Promise.all(
    ['candidate', 'stable', 'pilot', 'lab', 'lab-2', 'snapshots/may'].map(async (view) => {
      const published = await mirror.read(view);
      const { state, ledger } = published;
      const offered = productsOf(published).map((product) => {
        const digests = Object.values(product.versions).map(contentDigest);
        const newest = product.versions[newestVersion(product) ?? ''];
        const contents = [...new Set(digests)].sort();
        return [product.subarch ?? product.os ?? '', { newest: newest && contentDigest(newest), contents }] as const;
      });
      const contents = new Set(offered.flatMap(([, one]) => one.contents));
      const attested = Object.values(ledger.products).flatMap((row) =>
        Object.entries(row.attested).flatMap(([content, results]) =>
          contents.has(content)
            ? results.map(({ check, passed, link }) => `${content} ${check} ${passed} ${link}`)
            : [],
        ),
      );
      return {
        ...{ view, offered: Object.fromEntries(offered), attested, source: state.source },
        marks: state.withdrawals.map(({ version, parts, everywhere }) => ({ version, parts, everywhere })),
        holds: state.holds.map(({ release, architectures, flavours, at, until }) => ({
          ...{ release, architectures, flavours, at, until },
        })),
      };
    }),
  );
}

/** Names may be others: what comes back may get a newer one. */
function inContents({ marks, ...one }: Awaited<ReturnType<typeof said>>[number]) {
  const parts = marks.flatMap(({ parts, everywhere }) =>
    parts.map(({ version, made, ...part }) => JSON.stringify([everywhere, part])),
  );
  return { ...one, marks: parts.sort() };
}

function run(line: string): Promise<OperationOutcome> {
  return mirror.operate(requestOf(line));
}
