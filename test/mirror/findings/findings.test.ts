import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import { MaasMirror, UbuntuRelease } from '../../../lib';
import { appWith, mirrors } from './kinds-of-mirrors';
import '../../fixtures/needs-seconds';

/** What `everyProp` makes to hand it in. */
const notOurs = /^Stack\/(Vpc|Logs|BucketLogs|Pager)\//;

/** `<rule> <path>` of everything that cdk-nag finds and nobody gives a reason for. */
function findingsIn(app: App): string[] {
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.flatMap(({ constructPath = '?' }) =>
      notOurs.test(constructPath) ? [] : [`${ruleName} ${constructPath}`],
    ),
  );
}

/** The acknowledgements of cdk-nag's rules in a tree (the CDK's Vpc makes some of other rules), each with its reason; `remove` takes it out and returns how to put it back. */
function acknowledgementsIn(app: App) {
  return app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.entries(data as Record<string, string>)
          .filter(([id]) => !id.startsWith('CloudFormation-Validate::'))
          .map(([id, reason]) => ({
            name: `${id} ${node.path}`,
            reason,
            remove: () => {
              delete data[id];
              return () => {
                data[id] = reason;
              };
            },
          })),
      ),
  );
}

it.each(mirrors)('leaves cdk-nag no finding without a reason, and gives no reason in vain: a mirror %s', (_, make) => {
  const app = appWith(make);
  const acknowledged = acknowledgementsIn(app);

  expect(findingsIn(app)).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(15);
  for (const { name, reason, remove } of acknowledged) {
    expect(reason.length, name).toBeGreaterThan(30);
    const putBack = remove();
    expect(findingsIn(app), name).not.toEqual([]);
    putBack();
  }
});

it('lets a synthesis with cdk-nag pass', () => {
  const app = appWith((stack) => new MaasMirror(stack, 'Mirror', { releases: [UbuntuRelease.NOBLE] }));
  Validations.of(app).addPlugins(new AwsSolutionsChecks());

  expect(() => app.synth()).not.toThrow();
});
