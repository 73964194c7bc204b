import { describe, expect, it } from 'vitest';
import { Maas } from './maas';
import { sharedCases } from './made/cases-of-both';
import { newerCases } from './made/cases-of-newer';
import { olderCases } from './made/cases-of-older';
import { freshStream } from './made/fresh-stream';
import { MadeStream } from './made/made-stream';
import type { RuleCase } from './made/rule-case';
import { OlderMaas } from './older-maas';
import { olderRules, type RuleId, rules } from './rules';
import type { SiteOptions } from './site';
import '../fixtures/needs-seconds';

const stream = freshStream();

const models = {
  'MAAS 3.7 and later': { cases: { ...sharedCases, ...newerCases }, make: (options: SiteOptions) => new Maas(options) },
  'MAAS 3.6 and earlier': {
    cases: { ...sharedCases, ...olderCases },
    make: (options: SiteOptions) => new OlderMaas(options),
  },
};

describe.each(Object.entries(models))('%s', (_name, { cases, make }) => {
  const see = ({ see }: RuleCase, without: readonly RuleId[]) => {
    const own = new MadeStream(stream().signer);
    const site = (bytesPerMinute?: number) =>
      make({ reader: own.reader(), without, ...(bytesPerMinute !== undefined && { bytesPerMinute }) });
    return see({ stream: own, site });
  };

  it.each(Object.entries(cases))('has rule %s, and would do something else without', async (id, rule) => {
    expect(await see(rule, [])).toEqual(rule.withRule);
    expect(await see(rule, [id as RuleId])).toEqual(rule.withoutRule);
  });
});

it('has a case for each rule, and no other', () => {
  const all = { ...sharedCases, ...newerCases, ...olderCases };

  expect(Object.keys(all).sort()).toEqual(Object.keys(rules).sort());
  // Without M25 the older model would unpack what it has, which nobody sees: it keeps no other set.
  expect(Object.keys(sharedCases).sort()).toEqual(olderRules.filter((id) => id !== 'M25').sort());
});
