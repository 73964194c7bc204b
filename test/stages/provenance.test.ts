import { expect, it } from 'vitest';
import { kernelOf } from '../../lib/catalog/kernels';
import type { Fetched } from '../../lib/job/handed-on/results';
import { Order } from '../../lib/job/order';
import { type Origin, provenanceOf } from '../../lib/stages/provenance';

it('provenance holds no password: of neither the base image’s address nor the repositories’', () => {
  const stanza = 'Types: deb\nURIs: https://ann:hush1@ppa.example/\nSuites: noble\nComponents: main';
  const customise = { repositories: [stanza], proposed: [], packages: [], purge: [] };
  const order: Order = { ...Order.parse({ release: 'noble', architectures: ['amd64'] }), customise };
  const source = { kind: 'cloud-image', uri: 'https://bob:hush2@images.example/a.squashfs', sha256: 'a', product: 'p' };
  const fetched = { serial: '20261120', source, squashfs: { sha256: 'a' } } as unknown as Fetched;
  const materials = { archives: [], changed: [], removed: [], installed: {} };
  const origin: Origin = { order, fetched, materials, recipe: 'r', builtAs: 'ga' };

  const text = provenanceOf(kernelOf('noble', 'amd64', 'ga'), [], origin).toString();

  expect(text).toContain('ppa.example');
  expect(text).toContain('images.example/a.squashfs');
  expect(text).not.toMatch(/hush/);
});
