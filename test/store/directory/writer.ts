import { once } from 'node:events';
import { join } from 'node:path';
import { keyFile } from '../../../lib/machine/secrets/key-file';
import { DirectoryStore } from '../../../lib/store/directory/directory';

/** A process of its own that writes to a store: `writer ROOT WHAT …`. Says each step in a line, waits for lines. */
const [root = '', what = '', ...words] = process.argv.slice(2);

const say = (line: string) => process.stdout.write(`${line}\n`);
const waitForALine = () => once(process.stdin, 'data');

const works: Record<string, (...words: string[]) => Promise<unknown>> = {
  async append(name, count) {
    const store = new DirectoryStore(root);
    for (let n = 0; n < Number(count); n++) await append(store, `${name}-${n}`);
  },

  async stopAt(point, text = '') {
    const pause = async (at: string) => {
      if (at !== point) return;
      say(`at ${at}`);
      await waitForALine();
    };
    await new DirectoryStore(root, { pause }).replace('index', Buffer.from(text), {});
    say('done');
  },

  async create(text = '') {
    say('ready');
    await waitForALine();
    await new DirectoryStore(root).create('claim.json', Buffer.from(text));
    say('created');
  },

  async umask() {
    process.umask(0o077);
    const store = new DirectoryStore(root);
    const { sha256 } = await store.create('pool/noble/squashfs', { file: process.execPath });
    await store.replace('candidate/streams/index.sjson', Buffer.from('index'), {});
    await store.adopt('adopted', store, 'pool/noble/squashfs', { sha256 });
  },

  /** Every way in which something gets a name, one after the other. */
  async nameAll() {
    const store = new DirectoryStore(root);
    const { sha256 } = await store.create('pool/noble/amd64/squashfs', Buffer.from('image'));
    say('created');
    await store.create('pool/noble/amd64/boot-kernel', { file: __filename });
    say('copied');
    await store.adopt('pool/jammy/squashfs', store, 'pool/noble/amd64/squashfs', { sha256 });
    say('adopted');
    await store.expose('candidate', 'noble');
    say('exposed');
    for (const text of ['one', 'two', 'three']) await store.replace('candidate/index', Buffer.from(text), {});
    say('replaced');
    await keyFile(join(root, 'keys/signing-key.asc'), async () => 'a key');
    say('has its key');
  },

  async create1(text = '') {
    await new DirectoryStore(root).create('pool/noble/squashfs', Buffer.from(text));
  },

  async replace1(text = '') {
    await new DirectoryStore(root).replace('index', Buffer.from(text), {});
  },

  async key1(text = '') {
    await keyFile(join(root, 'signing-key.asc'), async () => text);
  },
};

async function append(store: DirectoryStore, entry: string): Promise<void> {
  for (;;) {
    const before = await store.read('index');
    const entries = Buffer.concat([before?.bytes ?? Buffer.alloc(0), Buffer.from(`${entry}\n`)]);
    try {
      await store.replace('index', entries, { ifMatch: before?.tag ?? null });
      return;
    } catch (error) {
      if ((error as Error).name !== 'PreconditionFailed') throw error;
    }
  }
}

works[what]?.(...words).then(
  () => process.exit(0),
  (error: Error) => {
    say(`failed ${error.name}`);
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
