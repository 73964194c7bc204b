import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { MaasMirror, type MaasMirrorProps, MirrorSchedule, UbuntuRelease } from '../../lib';
import { accessText } from './access';
import { everyProp } from './every-prop';
import { settingsText, wordsText } from './settings-text';
import '../fixtures/needs-seconds';

/*
 * No emulator enforces IAM: whether a role may do too much, or too little, is seen here or on AWS. A change of these
 * files is a change of what somebody may do. Read it, then take it with `npx vitest run test/mirror/access.test.ts -u`.
 */
describe('what we have read is', () => {
  it.each<[string, string, (stack: Stack) => MaasMirrorProps]>([
    ['of a plain mirror', 'access.txt', plain],
    ['of one that is told everything', 'access-everything.txt', everyProp],
  ])('who takes which role %s, and what each may do, on what and when', async (_, file, props) => {
    await expect(accessText(templateOf(props))).toMatchFileSnapshot(`golden/${file}`);
  });

  it('how logs, buckets, retries, limits and alarms are set', async () => {
    await expect(settingsText(templateOf(plain))).toMatchFileSnapshot('golden/settings.txt');
  });

  it('what descriptions, alarms, the dashboard and the outputs say', async () => {
    await expect(wordsText(templateOf(plain))).toMatchFileSnapshot('golden/words.txt');
  });
});

function plain(): MaasMirrorProps {
  return { releases: [UbuntuRelease.NOBLE], schedule: MirrorSchedule.DAILY };
}

/** With a person for each thing that a mirror can let others do. */
function templateOf(props: (stack: Stack) => MaasMirrorProps): Template {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  const mirror = new MaasMirror(stack, 'Mirror', props(stack));
  const person = (id: string) => new Role(stack, id, { assumedBy: new AccountRootPrincipal() });
  mirror.grantRead(person('Reader'));
  mirror.grantStartRelease(person('Starter'));
  mirror.grantPromote(person('Promoter'));
  mirror.grantOperate(person('Operator'));
  if (mirror.site.credentials !== undefined) mirror.site.grantManageAccess(person('Doorkeeper'));
  return Template.fromStack(stack);
}
