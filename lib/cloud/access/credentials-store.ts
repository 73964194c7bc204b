import {
  CloudFrontKeyValueStoreClient,
  DeleteKeyCommand,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  PutKeyCommand,
  paginateListKeys,
} from '@aws-sdk/client-cloudfront-keyvaluestore';
import '@aws-sdk/signature-v4a'; // the service requires this signature, and the SDK does not load it by itself
import { MirrorError } from '../../errors';
import { asking } from '../asking';
import { checkSiteName, recordOf, type Site, siteOf } from './site-password';

/** Attempts at a change that collides with other changes. */
const attempts = 5;

/** Uses the region and credentials of the AWS CLI. */
export function openKeyValueStore(): CloudFrontKeyValueStoreClient {
  return new CloudFrontKeyValueStoreClient({
    requestHandler: { connectionTimeout: 5000, requestTimeout: 30_000 }, // the SDK's default waits forever for a lost connection
  });
}

/** The sites that have access to a mirror, in the KeyValueStore of its viewer-request function. */
export class CredentialsStore {
  constructor(
    private readonly client: CloudFrontKeyValueStoreClient,
    private readonly arn: string,
  ) {}

  /** By name. @throws what asking throws */
  async list(): Promise<Site[]> {
    return asking('list the sites that have access', async () => {
      const sites: Site[] = [];
      for await (const { Items = [] } of paginateListKeys({ client: this.client }, { KvsARN: this.arn })) {
        sites.push(...Items.map(({ Key = '', Value = '' }) => siteOf(Key, Value)));
      }
      return sites.sort((one, other) => (one.name < other.name ? -1 : 1));
    });
  }

  /**
   * Grants a site access.
   * @param views that it may read @default - the whole mirror
   * @throws BadInput for an invalid name; ObjectExists if it already has access; what asking throws
   */
  async add(name: string, password: string, now: Date, views: readonly string[] = []): Promise<void> {
    checkSiteName(name);
    await this.change(`grant ${name} access`, async (tag) => {
      if (await this.has(name)) {
        throw new MirrorError('ObjectExists', `${name} already has access, and its password is not stored anywhere`, {
          hint: 'for a new password, add another name, change the URL in MAAS, then revoke the old name',
        });
      }
      const record = recordOf(password, now, { views });
      await this.client.send(new PutKeyCommand({ KvsARN: this.arn, Key: name, Value: record, IfMatch: tag }));
    });
  }

  /** @throws NoSuchObject if it has no access; what asking throws */
  async revoke(name: string): Promise<void> {
    await this.change(`revoke ${name}`, async (tag) => {
      if (!(await this.has(name))) {
        throw new MirrorError('NoSuchObject', `no site named ${JSON.stringify(name)} has access`, {
          hint: 'list the sites that have access: maas-mirror access list',
        });
      }
      await this.client.send(new DeleteKeyCommand({ KvsARN: this.arn, Key: name, IfMatch: tag }));
    });
  }

  /** The tag is of the whole store: after a concurrent change, this one starts again. */
  private async change(what: string, work: (tag: string) => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const { ETag = '' } = await asking(what, () =>
        this.client.send(new DescribeKeyValueStoreCommand({ KvsARN: this.arn })),
      );
      try {
        return await work(ETag);
      } catch (error) {
        if (isOvertaken(error) && attempt < attempts) continue;
        return await asking(what, () => Promise.reject(error));
      }
    }
  }

  private async has(name: string): Promise<boolean> {
    try {
      await this.client.send(new GetKeyCommand({ KvsARN: this.arn, Key: name }));
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return false;
      throw error;
    }
  }
}

/** The service model has a ConflictException for this; a failed precondition, as in S3, is treated the same. */
function isOvertaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'ConflictException' || /pre-?condition/i.test(`${error.name} ${error.message}`);
}
