import {
  CloudFrontKeyValueStoreClient,
  DeleteKeyCommand,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  PutKeyCommand,
  paginateListKeys,
} from '@aws-sdk/client-cloudfront-keyvaluestore';
import '@aws-sdk/signature-v4a'; // the service takes no other signature, and the SDK loads none by itself
import { MirrorError } from '../../errors';
import { asking } from '../asking';
import { checkSiteName, recordOf, type Site, siteOf } from './site-password';

/** How often a change is tried that another came before. */
const attempts = 5;

/** Region and credentials are those of the AWS CLI. */
export function openKeyValueStore(): CloudFrontKeyValueStoreClient {
  return new CloudFrontKeyValueStoreClient({
    requestHandler: { connectionTimeout: 5000, requestTimeout: 30_000 }, // unset, a lost connection is waited for without end
  });
}

/** The sites that may read a mirror, in the KeyValueStore that its viewer-request function asks. */
export class CredentialsStore {
  constructor(
    private readonly client: CloudFrontKeyValueStoreClient,
    private readonly arn: string,
  ) {}

  /** By name. @throws what asking throws */
  async list(): Promise<Site[]> {
    return asking('list the sites that may read', async () => {
      const sites: Site[] = [];
      for await (const { Items = [] } of paginateListKeys({ client: this.client }, { KvsARN: this.arn })) {
        sites.push(...Items.map(({ Key = '', Value = '' }) => siteOf(Key, Value)));
      }
      return sites.sort((one, other) => (one.name < other.name ? -1 : 1));
    });
  }

  /**
   * Lets a site read.
   * @throws BadInput for a name that cannot be one; ObjectExists where it may read already; what asking throws
   */
  async add(name: string, password: string, now: Date): Promise<void> {
    checkSiteName(name);
    await this.change(`let ${name} read`, async (tag) => {
      if (await this.has(name)) {
        throw new MirrorError('ObjectExists', `${name} may read already, and its password is in no place`, {
          hint: 'for a new password add another name, change the address in MAAS, then revoke the old one',
        });
      }
      const record = recordOf(password, now);
      await this.client.send(new PutKeyCommand({ KvsARN: this.arn, Key: name, Value: record, IfMatch: tag }));
    });
  }

  /** @throws NoSuchObject where it may not read anyway; what asking throws */
  async revoke(name: string): Promise<void> {
    await this.change(`revoke ${name}`, async (tag) => {
      if (!(await this.has(name))) {
        throw new MirrorError('NoSuchObject', `no site ${JSON.stringify(name)} may read`, {
          hint: 'maas-mirror access list shows those that may',
        });
      }
      await this.client.send(new DeleteKeyCommand({ KvsARN: this.arn, Key: name, IfMatch: tag }));
    });
  }

  /** The tag is of the whole store: whoever else changes it meanwhile makes this change look again. */
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

/** What its model has for this is a ConflictException; a failed pre-condition, which S3 says, is taken for the same. */
function isOvertaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'ConflictException' || /pre-?condition/i.test(`${error.name} ${error.message}`);
}
