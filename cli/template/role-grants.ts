import { findReferred } from './find-referred.ts';
import { listPolicyStatements } from './list-policy-statements.ts';
import { readList } from './read-property.ts';
import { resourcesOf, type Statement, type Template } from './template.ts';

/** What each role may do, by its logical id: the statements of its own policies, and of those attached to it. */
export function roleGrants(template: Template): Map<string, Statement[]> {
  const allowed = listPolicyStatements(template).filter(({ statement }) => statement.Effect === 'Allow');
  const isOf = (role: string, id: string): boolean =>
    id === role ||
    readList(template.Resources[id]?.Properties.Roles).some(
      (attached) => findReferred(template, 'AWS::IAM::Role', attached) === role,
    );
  return new Map(
    resourcesOf(template, 'AWS::IAM::Role').map(([role]) => [
      role,
      allowed.filter(({ id }) => isOf(role, id)).map(({ statement }) => statement),
    ]),
  );
}
