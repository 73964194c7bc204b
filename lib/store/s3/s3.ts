/* store/s3: a store in an S3 bucket. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import * as s3 from '@aws-sdk/client-s3';
import type { Measured } from '../digest';
import { checkKey } from '../key';
import type { Body, ObjectBytes } from '../store';
import { Permits } from './permits';
import { placeOf, type S3Place } from './s3-address';
import { cutShort, ifObject, isLost, s3Failure, shrunk } from './s3-failure';
import {
  type Condition,
  conditionOf,
  type Described,
  type Found,
  type ListedKey,
  listedAs,
  type Outcome,
  wholeDigest,
} from './s3-request';
import { type Patience, Tries, trying } from './s3-tries';

export interface S3BucketOptions extends Patience {
  /** Maximum number of concurrent requests; others wait. @default 8 */
  readonly inFlight?: number;
  /** Longest time without traffic on a connection, in milliseconds. @default 60000 */
  readonly silenceMs?: number;
  /** Settings of the SDK's client. @default - the SDK's defaults: environment, profile, role */
  readonly client?: s3.S3ClientConfig;
}

/** The requests of a store to a bucket, or a prefix of it. Each is retried if that may help. */
export class S3Bucket {
  readonly name: string;
  private readonly place: S3Place;
  private readonly client: s3.S3Client;
  private readonly permits: Permits;
  private readonly patience: Patience;

  /** @param address `s3://bucket` or `s3://bucket/prefix` @throws BadInput */
  constructor(address: string, { inFlight = 8, silenceMs = 60_000, client = {}, ...patience }: S3BucketOptions = {}) {
    this.place = placeOf(address);
    this.name = `s3://${this.place.bucket}/${this.place.prefix}`.replace(/\/$/, '');
    this.client = clientOf(silenceMs, client);
    this.permits = new Permits(inFlight);
    this.patience = patience;
  }

  url(key: string): string {
    checkKey(key);
    return `${this.name}/${key}`;
  }

  head(key: string): Promise<Found | undefined> {
    const work = async () => {
      const command = new s3.HeadObjectCommand({ ...this.at(key), ChecksumMode: 'ENABLED' });
      const { ContentLength: size = 0, ETag: tag = '', ChecksumSHA256 } = await this.client.send(command);
      return { size, tag, sha256: wholeDigest(ChecksumSHA256) };
    };
    return ifObject(this.ask('s3:GetObject', this.url(key), work));
  }

  get(key: string): Promise<ObjectBytes | undefined> {
    const work = async () => {
      const { Body, ETag: tag = '', ContentLength } = await this.client.send(new s3.GetObjectCommand(this.at(key)));
      const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
      if (bytes.length !== ContentLength) throw cutShort(bytes.length, ContentLength);
      return { bytes, tag };
    };
    return ifObject(this.ask('s3:GetObject', this.url(key), work));
  }

  /** The bytes of the object that was found; resumes after a lost connection. @throws PreconditionFailed */
  async *pieces(key: string, { size, tag }: Found): AsyncGenerator<Uint8Array> {
    const tries = new Tries(this.patience);
    for (let got = 0; got < size; ) {
      try {
        using _permit = await this.permits.take();
        const range = { Range: `bytes=${got}-`, IfMatch: tag };
        const { Body } = await this.client.send(new s3.GetObjectCommand({ ...this.at(key), ...range }));
        // In Node it is a stream; the type also covers browsers.
        for await (const piece of Body as AsyncIterable<Uint8Array>) {
          got += piece.length;
          tries.progressed();
          yield piece;
        }
        if (got < size) throw cutShort(got, size);
      } catch (error) {
        await tries.waitAfter(error).catch((last: unknown) => {
          throw s3Failure(last, 's3:GetObject', this.url(key));
        });
      }
    }
  }

  /** What is under a prefix, in S3's order, by bytes. @param delimiter `/`: only what is directly there */
  async *listed(prefix: string, delimiter?: '/'): AsyncGenerator<ListedKey> {
    const where = { Bucket: this.place.bucket, Prefix: `${this.place.prefix}${prefix}`, Delimiter: delimiter };
    const keyOf = (name = '') => name.slice(this.place.prefix.length);
    for (let after: string | undefined; ; ) {
      const command = new s3.ListObjectsV2Command({ ...where, ContinuationToken: after });
      const page = await this.ask('s3:ListBucket', `${this.name}/${prefix}`, () => this.client.send(command));
      yield* (page.Contents ?? []).map(({ Key, ...one }) => ({ key: keyOf(Key), ...listedAs(one) }));
      yield* (page.CommonPrefixes ?? []).map(({ Prefix }) => ({ folder: keyOf(Prefix) }));
      after = page.NextContinuationToken;
      if (after === undefined) return;
    }
  }

  put(key: string, body: Body, measured: Measured, condition: Condition, described: Described): Promise<Outcome> {
    const ChecksumSHA256 = Buffer.from(measured.sha256, 'hex').toString('base64');
    const input = { ...this.at(key), ...described, ...conditionOf(condition), ChecksumSHA256 };
    return this.write('s3:PutObject', key, condition, async () => {
      if (Buffer.isBuffer(body)) return await this.client.send(new s3.PutObjectCommand({ ...input, Body: body }));
      const { size } = await stat(body.file);
      if (size !== measured.size) throw shrunk(body.file, size, measured.size); // otherwise S3 waits for the rest
      const stream = createReadStream(body.file, { highWaterMark: 256 * 1024 });
      try {
        return await this.client.send(new s3.PutObjectCommand({ ...input, Body: stream, ContentLength: size }));
      } finally {
        stream.destroy();
      }
    });
  }

  /** Copies the object that was found, within S3, to a key that does not exist yet. */
  copy(key: string, from: S3Bucket, fromKey: string, { tag }: Found, described: Described): Promise<Outcome> {
    const { Bucket, Key } = from.at(fromKey);
    const CopySource = [Bucket, ...Key.split('/')].map(encodeURIComponent).join('/');
    const source = {
      CopySource,
      CopySourceIfMatch: tag,
      MetadataDirective: 'REPLACE',
      ChecksumAlgorithm: 'SHA256',
    } as const;
    const command = new s3.CopyObjectCommand({ ...this.at(key), ...described, ...source, IfNoneMatch: '*' });
    return this.write(
      's3:PutObject',
      key,
      'absent',
      async () => (await this.client.send(command)).CopyObjectResult ?? {},
    );
  }

  async remove(key: string): Promise<void> {
    const command = new s3.DeleteObjectCommand(this.at(key));
    await this.ask('s3:DeleteObject', this.url(key), () => this.client.send(command));
  }

  private async write(
    action: string,
    key: string,
    condition: Condition,
    work: () => Promise<{ ETag?: string | undefined }>,
  ): Promise<Outcome> {
    let wasTried = false;
    try {
      const { ETag: tag = '' } = await this.ask(action, this.url(key), (tries) => {
        wasTried = tries.areSeveral;
        return work();
      });
      return { tag };
    } catch (error) {
      if (condition === undefined || !isLost(error)) throw error;
      return { lost: error, wasTried };
    }
  }

  private async ask<T>(action: string, url: string, work: (tries: Tries) => Promise<T>): Promise<T> {
    try {
      return await trying(async (tries) => {
        using _permit = await this.permits.take();
        return await work(tries);
      }, this.patience);
    } catch (error) {
      throw s3Failure(error, action, url);
    }
  }

  private at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.place.bucket, Key: `${this.place.prefix}${key}` };
  }
}

function clientOf(silenceMs: number, settings: s3.S3ClientConfig): s3.S3Client {
  const { AWS_ENDPOINT_URL: everywhere, AWS_ENDPOINT_URL_S3: endpoint = everywhere } = process.env;
  return new s3.S3Client({
    maxAttempts: 1, // we retry: the SDK cannot repeat a stream, and hides that an earlier try may have succeeded
    requestChecksumCalculation: 'WHEN_REQUIRED', // we send the SHA-256 of every body
    responseChecksumValidation: 'WHEN_REQUIRED',
    forcePathStyle: Boolean(endpoint ?? settings.endpoint), // emulators have no subdomains
    logger: silence, // otherwise it warns that it does not repeat a stream
    requestHandler: { connectionTimeout: 10_000, socketTimeout: silenceMs },
    ...settings,
  });
}

const nothing = () => {};
const silence = { debug: nothing, info: nothing, warn: nothing, error: nothing };
