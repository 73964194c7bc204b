import type { Template } from 'aws-cdk-lib/assertions';

export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

/** What the roles whose logical ids match are allowed. */
export function statementsOf(made: Template, role = /./): Statement[] {
  return Object.values(made.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => role.test(Ref)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
}

export const actionsOf = (made: Template): string[] => statementsOf(made).flatMap(({ Action }) => Action);
