import { findReferred } from './find-referred.ts';
import { listPolicyStatements } from './list-policy-statements.ts';
import { readList } from './read-property.ts';
import { resourcesOf, type Statement, type Template } from './template.ts';

/** What each function may do, by its logical id: the statements of its role's own policies and of those attached to it. */
export function functionGrants(template: Template): Map<string, Statement[]> {
  const statements = listPolicyStatements(template).filter(({ statement }) => statement.Effect === 'Allow');
  const grants = resourcesOf(template, 'AWS::Lambda::Function').map(
    ([id, { Role }]): [string, Statement[]] => {
      const role = findReferred(template, 'AWS::IAM::Role', Role);
      const isAbout = (resourceId: string): boolean =>
        resourceId === role ||
        readList(template.Resources[resourceId]?.Properties.Roles).some(
          (attached) => role !== undefined && findReferred(template, 'AWS::IAM::Role', attached) === role,
        );
      return [id, statements.filter((found) => isAbout(found.id)).map(({ statement }) => statement)];
    },
  );
  return new Map(grants);
}
