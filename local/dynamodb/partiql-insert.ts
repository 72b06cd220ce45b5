/** `INSERT INTO "table" VALUE {'name': ?, …}`: a table, and the attribute of each parameter. */
export interface PartiqlInsert {
  tableName: string;
  attributes: string[];
}

const INSERT = /^\s*INSERT\s+INTO\s+"([^"]+)"\s+VALUE\s+\{(.+)\}\s*;?\s*$/is;
const ATTRIBUTE = /^\s*'([^']+)'\s*:\s*\?\s*$/;

/** What the embedded DynamoDB knows of PartiQL, in words. */
export const KNOWN_PARTIQL = `INSERT INTO "table" VALUE {'name': ?, …}`;

/** @returns undefined for any statement but the one known */
export function parsePartiqlInsert(statement: string): PartiqlInsert | undefined {
  const [, tableName, fields] = INSERT.exec(statement) ?? [];
  if (tableName === undefined || fields === undefined) return undefined;
  const attributes: string[] = [];
  for (const field of fields.split(',')) {
    const attribute = ATTRIBUTE.exec(field)?.[1];
    if (attribute === undefined) return undefined;
    attributes.push(attribute);
  }
  return { tableName, attributes };
}
