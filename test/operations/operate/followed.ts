import { expect } from 'vitest';
import { ga, hwe, loaderName } from '../../maas-model/made/made-images';
import type { Site } from '../../maas-model/site';
import { type Followed, follow } from '../../maas-model/sites';
import { timelineText } from '../../maas-model/timeline';
import { lastWordOf } from './made-mirror';

/** What a site has in the end, in words: `good/good`, kernel and root; the word of the bootloader. */
export type SettledWords = Readonly<Record<string, string>>;

/**
 * Sites follow an operation, and there is no minute in which they could not deploy a machine.
 * @param starts by where they start
 * @param settled what all of them have once they have downloaded what they then began to download, and in the end; undefined
 * where that depends on where they start
 * @param golden what they have until then, below golden/
 */
export async function expectFollowed(
  starts: Readonly<Record<string, Site>>,
  settled: SettledWords | undefined,
  golden: string,
): Promise<void> {
  const followed: Record<string, Followed> = {};
  for (const [start, site] of Object.entries(starts)) {
    const { at, outages } = await follow(site, [ga, hwe]);
    if (settled !== undefined) {
      expect(saidOf(at.downloaded), start).toEqual(settled);
      expect(saidOf(at.settled), start).toEqual(settled);
    }
    expect(outages, start).toEqual([]);
    followed[start] = { at, outages };
  }
  await expect(timelineText(followed, saidOf)).toMatchFileSnapshot(`golden/${golden.replaceAll(' ', '-')}.txt`);
}

function saidOf({ deployed, loaders }: Followed['at']['now']): Record<string, string> {
  const [one, other] = deployed.map((machine) => {
    if ('impossible' in machine) return machine.impossible;
    return `${lastWordOf(machine.kernel)}/${[...machine.roots].map(lastWordOf).join('+')}`;
  });
  return { 'ga-24.04': one ?? '', 'hwe-24.04': other ?? '', pxelinux: lastWordOf(loaders.get(loaderName)) };
}
