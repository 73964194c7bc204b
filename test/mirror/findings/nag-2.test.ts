import { type App, CfnResource, Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type INagLogger } from 'cdk-nag-2';
import { expect, it } from 'vitest';
import { appWith, mirrors } from './kinds-of-mirrors';
import '../../fixtures/needs-seconds';

/** What `everyProp` makes to hand it in. */
const notOurs = /^Stack\/(Vpc|Logs|BucketLogs|Pager)\//;

/** What version 2, which is an aspect and reads metadata of the template, reports and what it takes as acknowledged. */
function reportOf(app: App): { readonly findings: string[]; readonly acknowledged: string[] } {
  const [findings, acknowledged]: [string[], string[]] = [[], []];
  const nothing = () => {};
  const logger: INagLogger = {
    onCompliance: nothing,
    onNonCompliance: ({ ruleId, findingId, resource }) =>
      findings.push(`${ruleId}[${findingId}] ${resource.node.path}`),
    onSuppressed: ({ resource, suppressionReason }) => acknowledged.push(`${resource.node.path}: ${suppressionReason}`),
    onError: ({ ruleId, errorMessage, resource }) => findings.push(`${ruleId} ${resource.node.path}: ${errorMessage}`),
    onSuppressedError: nothing,
    onNotApplicable: nothing,
  };
  const checks = new AwsSolutionsChecks({ reports: false, additionalLoggers: [logger] });
  for (const one of app.node.findAll()) checks.visit(one);
  return { findings: findings.filter((one) => !notOurs.test(one.replace(/^\S+ /, ''))), acknowledged };
}

/** The reasons in the template. */
function reasonsIn(app: App): string[] {
  return app.node.findAll().flatMap((one) => {
    if (!CfnResource.isCfnResource(one) || Stack.of(one).node.id !== 'Stack') return [];
    const { rules_to_suppress: rules = [] } = (one.getMetadata('cdk_nag') ?? {}) as {
      readonly rules_to_suppress?: readonly { readonly reason: string; readonly applies_to?: readonly string[] }[];
    };
    return rules.map(({ reason, applies_to: only }) => `${one.node.path}: ${only ? `[${only}] ` : ''}${reason}`);
  });
}

it.each(
  mirrors,
)('leaves cdk-nag 2 no finding without a reason, and gives no reason in vain: a mirror %s', (_, make) => {
  const app = appWith(make);
  const { findings, acknowledged } = reportOf(app);

  expect(findings).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(15);
  expect(new Set(acknowledged)).toEqual(new Set(reasonsIn(app)));
});
