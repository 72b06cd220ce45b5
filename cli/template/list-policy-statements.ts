import { readStatements, type Statement, type Template } from './template.ts';

/** A statement of any policy in the template. */
export interface PolicyStatement {
  /** Logical id and type of the resource whose policy it is. */
  id: string;
  type: string;
  /** Where it stands, such as `OrderQueuePolicy.PolicyDocument.Statement[DenyWithoutTls]`. */
  place: string;
  statement: Statement;
}

/** Every statement of every policy: whatever the resource, a policy document is what holds a `Statement`. */
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
