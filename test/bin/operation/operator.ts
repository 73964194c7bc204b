import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../../bin/command-line';
import { mirror as layout } from '../../../lib/job/layout';
import { changeView } from '../../../lib/publication/change-view';
import { showKeyrings } from '../../../lib/publication/mirror/keyring';
import type { Press } from '../../../lib/publication/press';
import { makePrivateKey, openpgpSigner } from '../../../lib/simplestreams/openpgp/openpgp-signer';
import type { Item, Version } from '../../../lib/simplestreams/types';
import { measureBytes } from '../../../lib/store/digest';
import { openMirrorDirectory } from '../../../lib/store/open';
import type { Store } from '../../../lib/store/store';
import { ga, hwe, offering } from '../../publication/made/two-flavours';
import { imageVersion } from '../../simplestreams/made-documents';
import { type KeptTerminal, keptTerminal } from '../terminal/kept-terminal';

/** Content of a made version; all versions with the same content are equal. */
export interface MadeContent {
  /** `name\tversion` lines. */
  readonly manifest?: string;
  readonly initrd?: Buffer;
  readonly provenance?: string;
  /** Fields of the version. */
  readonly facts?: Readonly<Record<string, string>>;
}

type Typed = KeptTerminal & { readonly code: number };

/** A key, which is slow to make; one may serve all tests of a file. */
export const operatorKey = () => makePrivateKey({ name: 'operator', at: new Date('2026-11-20'), rsaBits: 2048 });

/** Someone at a machine with a mirror of noble, its signing key, and the command line. */
export async function operatorWith(key: string, folder: string) {
  const [mirror, keyFile] = [join(folder, 'mirror'), join(folder, 'key.asc')];
  writeFileSync(keyFile, key, { mode: 0o600 });
  const store = await openMirrorDirectory(mirror, { create: true });
  const signer = await openpgpSigner(key);
  await showKeyrings({ mirror: store, signer });
  const publishAt = async (name: string, made: MadeContent, time: string, view: string) => {
    const press: Press = { mirror: store, signer, now: () => new Date(time) };
    const versions = {
      [ga.id]: { fields: ga.fields, versions: { [name]: await versionOf(store, name, 'ga-24.04', made) } },
      [hwe.id]: { fields: hwe.fields, versions: { [name]: await versionOf(store, name, 'hwe-24.04', made) } },
    };
    await changeView(view, offering(versions), press);
  };
  const typed = async (words: readonly string[], terminal: KeptTerminal): Promise<Typed> => {
    const named = ['--mirror', mirror, '--key', keyFile, '--by', 'anna@ops1'];
    return { ...terminal, code: await main([...words, ...named], terminal) };
  };
  return {
    mirror,
    store,
    signer,
    keyFile,
    /** Publishes a version of both flavours into `candidate`. */
    publish: (name: string, made: MadeContent = {}, time = '2026-11-25T08:30:00Z') =>
      publishAt(name, made, time, 'candidate'),
    /** Types a command that changes the mirror. */
    type: async (...words: string[]): Promise<Typed> => typed(words, keptTerminal()),
    /** The same on a terminal, where questions are answered. */
    answer: async (answer: (question: string) => boolean, ...words: string[]): Promise<Typed> =>
      typed(words, keptTerminal({ answer })),
    /** Types a command that reads the mirror. */
    read: async (...words: string[]): Promise<Typed> => {
      const terminal = keptTerminal();
      return { ...terminal, code: await main([...words, '--mirror', mirror], terminal) };
    },
  };
}

async function versionOf(store: Store, name: string, subarch: string, made: MadeContent): Promise<Version> {
  const { manifest, initrd, provenance, facts = {} } = made;
  const items: Record<string, Item> = {};
  for (const [key, item] of Object.entries(imageVersion(name, subarch).items)) {
    const given = { manifest: manifest === undefined ? undefined : Buffer.from(manifest), 'boot-initrd': initrd }[key];
    items[key] = { ...item, ...(await write(store, item.path, given ?? Buffer.from(`${key} ${item.path}`))) };
  }
  const path = `noble/amd64/${name}/${subarch}/provenance.json`;
  const origin = provenance === undefined ? undefined : await write(store, path, Buffer.from(provenance));
  const named = origin && { provenance: path, provenance_sha256: origin.sha256, provenance_size: String(origin.size) };
  return { gate: 'passed', serial: name.slice(0, 8), kernel_version: '6.8.0-48.48', ...named, ...facts, items };
}

async function write(store: Store, path: string, bytes: Buffer) {
  await store.create(layout.pool(path), bytes);
  return measureBytes(bytes);
}
