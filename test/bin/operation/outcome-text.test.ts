import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outcomeLines } from '../../../bin/operation/outcome-text';
import type { Operation } from '../../../lib/job/operations/operation';
import type { OperationOutcome, PlanLine, Remark } from '../../../lib/job/operations/outcome';

const scope = { architectures: [], flavours: [] };
const operations = {
  promote: { does: 'promote', from: 'candidate', to: 'stable', require: [], ...scope },
  rollback: { does: 'rollback', view: 'candidate', release: 'noble', republish: false, allViews: true, ...scope },
  remove: { does: 'remove', view: 'candidate', release: 'noble', version: '1', ...scope },
  unhold: { does: 'unhold', view: 'candidate', release: 'noble', ...scope },
  snapshot: { does: 'snapshot', view: 'candidate', name: '2026-11' },
} as const;

function asked(does: keyof typeof operations, dryRun = false): Operation {
  return { operation: { ...operations[does] } as Operation['operation'], by: 'anna', dryRun, tool: '0.2.0', needs: [] };
}

function outcome(lines: readonly PlanLine[], more: Partial<OperationOutcome> = {}): OperationOutcome {
  const plan = '20261130T101500Z-1f2e3d4c5b6a7988';
  const views = [{ view: 'stable', lines, moved: true }];
  return { plan, at: '2026-11-30T10:15:00Z', views, remarks: [], followed: [], needs: [], ...more };
}

const ga = 'ubuntu/noble/amd64/ga-24.04/generic';
const edge = 'ubuntu/noble/amd64/hwe-24.04-edge/lowlatency';
const [was, is] = ['20261120.083000', '20261128.083000'];

describe('the text of an operation', () => {
  test('says of a promotion which versions each flavour had and gets, and what is left out', () => {
    const lines: PlanLine[] = [
      { does: 'offer', product: ga, version: is, name: is, before: was, newest: is },
      { does: 'leave out', product: edge, why: 'not boot-tested' },
    ];
    const dry = { ...outcome(lines), views: [{ view: 'stable', lines, moved: false }] };
    expect(outcomeLines(asked('promote', true), dry, {})).toEqual([
      'candidate -> stable: promote (dry run)',
      '  noble amd64',
      '    ga-24.04  20261120.083000 -> 20261128.083000',
      '    hwe-24.04-lowlatency-edge: left out: not boot-tested',
      'Nothing was changed. To carry out exactly this, replace --dry-run with:',
      '  --plan 20261130T101500Z-1f2e3d4c5b6a7988',
    ]);
    expect(outcomeLines(asked('promote', true), dry, {}, { isQuestion: true }).join('\n')).not.toContain('--plan');
  });

  test('says of a promotion that it creates the view, which may be a typo, and how to delete it again', () => {
    const lines: PlanLine[] = [
      { does: 'create', name: 'stabel' },
      { does: 'offer', product: ga, version: is, name: is, newest: is },
    ];
    const commands = ['maas-mirror view delete stabel'];
    const remarks: Remark[] = [{ about: 'undo', why: 'delete the view that this created', commands }];
    const views = [{ view: 'stabel', lines, moved: true }];
    expect(outcomeLines(asked('promote'), outcome(lines, { views, remarks }), {})).toEqual([
      'candidate -> stabel: promote',
      '  creates the view stabel',
      '  noble amd64',
      `    ga-24.04  new: ${is}`,
      expect.stringMatching(/^Sites follow/),
      expect.any(String),
      expect.any(String),
      expect.any(String),
      'To delete the view that this created: maas-mirror view delete stabel',
    ]);
  });

  test('says of a rollback what else offers the version, when sites follow, and how to undo it, for the same mirror', () => {
    const lines: PlanLine[] = [
      { does: 'take back', product: ga, version: is, before: is, newest: was },
      { does: 'mark', product: ga, version: is },
    ];
    const remarks: Remark[] = [
      { about: 'still offered', view: 'snapshots/2026-11', product: ga, version: is },
      { about: 'sites follow', why: 'some sites download it again; --republish avoids that' },
      { about: 'undo', commands: ['maas-mirror restore candidate noble 20261128.083000 --all-views'] },
    ];
    const followed = [{ view: 'lab-2', moved: true }];
    expect(
      outcomeLines(asked('rollback'), outcome(lines, { remarks, followed }), { mirror: '/srv/my images' }),
    ).toEqual([
      'stable: rollback',
      '  noble amd64',
      '    ga-24.04  20261128.083000 -> 20261120.083000',
      '    ga-24.04: 20261128.083000 withdrawn',
      'lab-2: updated, since it follows a changed view',
      'snapshots/2026-11 still offers 20261128.083000 as the newest (1 product): a',
      '  snapshot never changes',
      'Builds with the same inputs will not publish it again.',
      'Sites follow by themselves within 70 minutes, plus the download.',
      'But some sites download it again; --republish avoids that.',
      'To make one follow now, unless an import is running there:',
      '  maas admin boot-resources is-importing',
      '  maas admin boot-resources import',
      'To undo:',
      "  maas-mirror restore candidate noble 20261128.083000 --all-views --mirror '/srv/my images'",
    ]);
  });

  test('says once of a view what its flavours still offer, under whatever names', () => {
    const commands = ['maas-mirror rollback stable noble'];
    const remarks: Remark[] = [ga, edge].map((product, place) => {
      return { about: 'still offered', view: 'stable', product, version: [was, is][place] ?? '', commands };
    });
    expect(outcomeLines(asked('rollback'), outcome([], { remarks }), {})).toEqual([
      'stable: rollback',
      `stable still offers ${is}, ${was} as the newest (2 products);`,
      '  to take it back there:',
      '  maas-mirror rollback stable noble',
      'Builds with the same inputs will not publish it again.',
    ]);
  });

  test('says of a restoration that brings nothing back what is offered, and what offers it, for the same mirror', () => {
    const commands = ['maas-mirror unhold stable noble'];
    const remarks: Remark[] = [
      { about: 'not offered', view: 'stable', product: ga, version: was, why: 'noble is held; to offer it', commands },
      { about: 'not offered', view: 'stable', product: edge, version: is, why: 'it was not taken back' },
    ];
    expect(outcomeLines(asked('unhold'), outcome([], { remarks }), { mirror: '/srv/images' })).toEqual([
      'stable: unhold',
      `stable offers ${was} as the newest (1 product): noble is held; to offer`,
      '  it:',
      '  maas-mirror unhold stable noble --mirror /srv/images',
      `stable offers ${is} as the newest (1 product): it was not taken back`,
    ]);
  });

  test('says of a removal what stays the newest, and that a MAAS keeps what it has', () => {
    const lines: PlanLine[] = [{ does: 'take back', product: ga, version: was, before: is, newest: is }];
    const remarks: Remark[] = [
      { about: 'keeps', why: 'all are gone until then', commands: ['maas admin boot-resource delete ID'] },
      { about: 'replaced', release: 'noble', architecture: 'amd64' },
    ];
    expect(outcomeLines(asked('remove'), outcome(lines, { remarks }), {})).toEqual([
      'stable: remove',
      '  noble amd64',
      '    ga-24.04  20261128.083000 stays the newest; 20261120.083000 taken out',
      'A MAAS that has it keeps it. To take it away there (all are gone until then):',
      '  maas admin boot-resource delete ID',
      'A MAAS that has it replaces it by itself with the newest version of noble amd64.',
    ]);
  });

  test('says of the end of a hold what another one still holds, and how to lift that', () => {
    const held: PlanLine = { does: 'set', product: ga, why: 'still held by another hold' };
    const lines: PlanLine[] = [{ does: 'set', version: is, why: 'not held' }, held];
    const remarks: Remark[] = [{ about: 'still held', commands: ['maas-mirror unhold candidate noble'] }];
    expect(outcomeLines(asked('unhold'), outcome(lines, { remarks }), {})).toEqual([
      'stable: unhold',
      '  no longer held',
      '  noble amd64',
      '    ga-24.04: still held by another hold',
      'Part of this is still held by another hold. To lift that one, too:',
      '  maas-mirror unhold candidate noble',
    ]);
  });

  test('names a view that is being deleted, and what finishes that', () => {
    const remarks: Remark[] = [{ about: 'being deleted', view: 'lab', commands: ['maas-mirror view delete lab'] }];
    expect(outcomeLines(asked('rollback'), outcome([], { remarks }), { stack: 'Mirror' })).toEqual(
      expect.arrayContaining([
        'lab is being deleted, and was left out. If that was interrupted, finish it:',
        '  maas-mirror view delete lab --stack Mirror',
      ]),
    );
  });

  test('says that nothing is to be done, and why', () => {
    const lines: PlanLine[] = [{ does: 'pass over', product: ga, version: is, why: 'young' }];
    const still = outcome(lines, { views: [{ view: 'stable', lines, moved: false }] });
    expect(outcomeLines(asked('promote'), still, {})).toEqual([
      'promote: nothing to be done',
      '  ga-24.04: 20261128.083000 passed over: young',
    ]);
  });

  test('says that a product has no version left, and that one is new', () => {
    const lines: PlanLine[] = [
      { does: 'take back', product: ga, version: is, before: is },
      { does: 'drop', product: ga },
      { does: 'offer', product: 'pxelinux/pxe/i386', version: '1', name: '2', newest: '2' },
    ];
    expect(outcomeLines(asked('snapshot'), outcome(lines), {})).toEqual([
      'stable: snapshot',
      '  noble amd64',
      '    ga-24.04  20261128.083000 -> no version left',
      '  bootloaders',
      '    pxelinux i386  new: 2 (was 1)',
    ]);
  });

  test('fits 80 columns with the longest names, except commands', () => {
    const does = fc.constantFrom<PlanLine['does']>(
      'offer',
      'take back',
      'hold back',
      'mark',
      'leave out',
      'pass over',
      'set',
    );
    const name = fc.constantFrom('20261120.083000', '20261120.1.083000.091500', '20261128.083000.101500');
    const product = fc.constantFrom(
      ga,
      edge,
      'grub-efi-signed/uefi/amd64',
      'ubuntu/noble/arm64/ga-24.04-xgene-uboot/generic',
    );
    const why = fc.constantFrom('not boot-tested', 'has no result of hw-lab-of-the-second-floor yet, and is young');
    const line = fc.record({ does, product, version: name, name, before: name, newest: name, why });
    const about = fc.constantFrom<Remark['about']>(
      'not read',
      'not done',
      'still offered',
      'matched',
      'only the kernel',
      'depends',
      'keeps',
      'download',
    );
    const remark = fc.record({
      about,
      product,
      version: name,
      before: name,
      view: fc.constantFrom('stable', 'snapshots/2026-11'),
      why,
    });
    fc.assert(
      fc.property(fc.array(line), fc.array(remark), fc.boolean(), (lines, remarks, dryRun) => {
        const printed = outcomeLines(asked('rollback', dryRun), outcome(lines, { remarks }), {});
        expect(printed.filter((one) => one.length > 80)).toEqual([]);
      }),
    );
  });
});
