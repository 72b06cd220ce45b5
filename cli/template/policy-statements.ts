import { findReferred } from './references.ts';
import { readList, readStatements, resourcesOf, type Statement, type Template } from './template.ts';

/** A statement of any policy in the template. */
export interface PolicyStatement {
  /** Logical id and type of the resource that holds the policy. */
  id: string;
  type: string;
  /** Path, such as `OrderQueuePolicy.PolicyDocument.Statement[DenyWithoutTls]`. */
  place: string;
  statement: Statement;
}

/** Lists all statements of all policies. Any object with a `Statement` counts as a policy document. */
export const listPolicyStatements = (template: Template): PolicyStatement[] =>
  Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) =>
    findDocuments(Properties, id).flatMap(({ place, document }) =>
      readStatements(document).map((statement, index) => ({
        id,
        type: Type,
        place: `${place}.Statement[${statement.Sid ?? index}]`,
        statement,
      })),
    ),
  );

function findDocuments(value: unknown, place: string): { place: string; document: unknown }[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('Statement' in value) return [{ place, document: value }];
  return Object.entries(value).flatMap(([key, item]) =>
    findDocuments(item, Array.isArray(value) ? `${place}[${key}]` : `${place}.${key}`),
  );
}

/** Returns the Allow statements of each role by logical id, from its own policies and those attached to it. */
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
