import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OperationRequest } from '../../../lib/job/operations/operation';
import type { OperationOutcome } from '../../../lib/job/operations/outcome';
import { contentDigest } from '../../../lib/publication/state/product-key';
import { newestVersion } from '../../../lib/simplestreams/merge';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import '../../fixtures/needs-seconds';
import { MemoryStore } from '../../publication/made/memory-store';
import { MadeMirror, productsOf } from './made-mirror';

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
];

/** Those that no single command leads back from. */
const without = [
  `hold stable noble --at ${monday}`,
  'attest candidate noble newest --check other --fail',
  `remove candidate noble ${monday}`,
  'view set stable --from candidate',
];

let mirror: MadeMirror;
/** Three versions in candidate, two in stable, which is held, and lab, which follows stable. */
beforeEach(async () => {
  mirror = new MadeMirror(new MemoryStore(), signer);
  for (const [name, words] of [
    [monday, 'good'],
    [tuesday, 'better'],
    [wednesday, 'bad'],
  ] as const) {
    mirror.turnClockTo(`2026-11-${name.slice(6, 8)}T08:30:00Z`);
    await mirror.publish('candidate', name, { images: { 'ga-24.04': words, 'hwe-24.04': words }, loader: words });
    if (name !== wednesday) await run('promote candidate stable');
  }
  await run('view create lab --from stable');
  await run('attest candidate noble newest --check hw-lab --pass --link https://lab/1?run=2&test=3');
});

describe('the command that undoes', () => {
  it.each(operations)('%s, as it is printed, finds every view as it was', async (line) => {
    if (line.startsWith('hold stable')) await run('hold stable noble');
    const before = await said();
    mirror.turnClockTo('2026-11-25T10:15:00Z');

    const commands = undosOf(await run(line));

    expect(commands).not.toEqual([]);
    expect(await said()).not.toEqual(before);
    mirror.turnClockTo('2026-11-25T11:30:00Z');
    for (const command of commands) await run(command.replace(/^maas-mirror /, ''));
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

  it.each(without)('%s is not printed, since there is none', async (line) => {
    if (line.startsWith('hold')) await run('hold stable noble');
    expect(undosOf(await run(line))).toEqual([]);
  });
});

/** What each view offers, and what was decided about it, without who did so and when. */
async function said() {
  return Promise.all(
    ['candidate', 'stable', 'lab'].map(async (view) => {
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

function undosOf({ remarks }: OperationOutcome): string[] {
  return remarks.flatMap(({ about, commands = [] }) => (about === 'undo' ? commands : []));
}

function run(line: string): Promise<OperationOutcome> {
  return mirror.operate(OperationRequest.parse(requestOf(line)));
}

const withValue = new Set(['--arch', '--flavour', '--at', '--until', '--to', '--check', '--link', '--from']);

/** A command line as the request that it makes. */
function requestOf(line: string): object {
  const typed = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const [words, options] = [[] as string[], new Map<string, string>()];
  for (const [at, word] of typed.entries()) {
    if (word.startsWith('--')) options.set(word, typed[at + 1] ?? '');
    else if (!withValue.has(typed[at - 1] ?? '')) words.push(word);
  }
  const [does = '', ...names] = words;
  const option = (name: string, field: string) => (options.has(name) ? { [field]: options.get(name) } : {});
  const list = (name: string) => options.get(name)?.split(',') ?? [];
  const scope = { architectures: list('--arch'), flavours: list('--flavour') };
  const [view, release, version] = names;
  const everywhere = { allViews: options.has('--all-views') };
  switch (does) {
    case 'promote':
      return { does, from: names[0], to: names[1], release: names[2], ...scope };
    case 'view':
      return { does: `view-${names[0]}`, name: names[1], select: [{ from: options.get('--from') }] };
    case 'withdraw':
    case 'restore':
      return { does, view, release, version, ...scope, ...everywhere };
    case 'rollback':
      return {
        does,
        view,
        release,
        ...scope,
        ...everywhere,
        republish: options.has('--republish'),
        ...option('--to', 'to'),
      };
    case 'attest':
      return {
        does,
        view,
        release,
        version,
        ...scope,
        check: options.get('--check'),
        passed: options.has('--pass'),
        ...option('--link', 'link'),
      };
    case 'remove':
      return { does, view, release, version, ...scope };
    default:
      return { does, view, release, ...scope, ...option('--at', 'at'), ...option('--until', 'until') };
  }
}
