import { beforeAll, beforeEach } from 'vitest';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { MadeStream } from './made-stream';

/** An empty stream for each test of a file, all signed by one key. @returns what gives it to them */
export function freshStream(): () => MadeStream {
  let signer: Signer;
  let stream: MadeStream;
  beforeAll(async () => {
    signer = await smallSigner();
  });
  beforeEach(() => {
    stream = new MadeStream(signer);
  });
  return () => stream;
}
